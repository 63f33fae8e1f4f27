import CapLedger
import ChaosPlan
import Stack

extension CapPlanCell {
  /// What the cell is called in a ledger of both flavours, and in its folder.
  public func id(on flavour: SQLFlavour) -> String {
    CapRecord.id(name: name, tier: tier.rawValue, flavour: flavour.rawValue)
  }
}

/// Which cells of the plans a series runs, given what the ledger has already. Pure.
public struct CapAgenda: Sendable, Hashable {
  /// A cell as the ledger has it.
  public struct Known: Sendable, Hashable {
    public var id: String
    /// `nil` for a cell that is the same on every flavour.
    public var flavour: String?
    /// A cell with a problem counts for nothing.
    public var hasProblems: Bool

    public init(id: String, flavour: String? = nil, hasProblems: Bool = false) {
      self.id = id
      self.flavour = flavour
      self.hasProblems = hasProblems
    }

    public init(_ cell: CapCell) {
      self.init(id: cell.id, flavour: cell.ownFlavour, hasProblems: !cell.problems.isEmpty)
    }
  }

  /// Where a cell stands. The raw value is the word of `kvchaos cap --list`.
  public enum Standing: String, Sendable, Hashable {
    case missing
    /// Measured, but with a problem: worth another try.
    case doubtful
    case measured
  }

  public struct Entry: Sendable, Hashable {
    public var cell: CapPlanCell
    public var id: String
    public var standing: Standing
  }

  /// The cells that were asked for and exist on the flavour, in the order of the plans.
  public let entries: [Entry]
  /// Why others that were asked for are left out, each reason once.
  public let leftOut: [String]

  private let flavour: SQLFlavour
  private let known: [Known]

  public init(_ asked: [CapPlanCell], on flavour: SQLFlavour, known: [Known]) {
    self.flavour = flavour
    self.known = known
    leftOut = Set(asked.compactMap { $0.variant.conflict(with: flavour) }).sorted()
    let byID = Dictionary(known.map { ($0.id, $0) }) { first, _ in first }
    entries = asked.filter { $0.variant.conflict(with: flavour) == nil }.map { cell in
      let id = cell.id(on: flavour)
      let standing = byID[id].map { $0.hasProblems ? Standing.doubtful : .measured } ?? .missing
      return Entry(cell: cell, id: id, standing: standing)
    }
  }

  /// The cells to run.
  ///
  /// - Parameter again: all of them, whatever the ledger has; else what an earlier series has left.
  public func due(again: Bool) -> [CapPlanCell] {
    entries.filter { again || $0.standing != .measured }.map(\.cell)
  }

  /// The ids that are taken out of the ledger before cells are measured again.
  ///
  /// - Parameter isWhole: every cell was asked for. Then all of the flavour go, also those that no plan has any more.
  public func forgotten(again: Bool, isWhole: Bool) -> [String] {
    guard again else { return [] }
    let own = known.filter { $0.flavour == nil || $0.flavour == flavour.rawValue }.map(\.id)
    return entries.map(\.id) + (isWhole ? own : [])
  }
}
