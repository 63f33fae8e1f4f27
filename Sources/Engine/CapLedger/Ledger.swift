import Consistency
import Failures
import Foundation
import PrettyJSON

/// The CAP ledger: every cell that was measured, and what follows from them. `cap.json`.
public struct Ledger: Sendable, Hashable, Codable {
  public static let currentSchema = "kvchaos.cap/1"

  public private(set) var schema = Self.currentSchema
  /// By name and flavour, so that two ledgers can be laid beside each other.
  public private(set) var cells: [CapCell]
  /// A tier, variant and flavour each.
  public private(set) var labels: [CapLabelling]
  public private(set) var claims: [CapClaim]

  /// Of cells with the same name and flavour the one that began last counts.
  public init(_ cells: [CapCell]) {
    var last: [String: CapCell] = [:]
    for cell in cells where last[cell.id].map({ $0.startedAt <= cell.startedAt }) ?? true { last[cell.id] = cell }
    self.cells = last.values.sorted { $0.id < $1.id }
    labels = Self.labels(self.cells)
    claims = CapClaim.all(self.cells, labels)
  }

  private static func labels(_ cells: [CapCell]) -> [CapLabelling] {
    struct Subject: Hashable {
      var tier: String
      var variant: String
      var flavour: String
    }
    let groups = Dictionary(grouping: cells) { cell in
      Subject(tier: cell.tier, variant: cell.variant, flavour: cell.ownFlavour ?? "")
    }
    return groups.map { subject, own in
      CapLabelling(tier: subject.tier, variant: subject.variant, flavour: subject.flavour, cells: own)
    }.sorted { Self.order($0) < Self.order($1) }
  }

  /// The tiers from the bottom up, of each the plain one first.
  private static func order(_ label: CapLabelling) -> (Int, Int, String, String) {
    (tierOrder(label.tier), label.variant == "plain" ? 0 : 1, label.variant, label.flavour)
  }

  /// From the bottom up.
  static let tiers = ["redis", "rabbitmq", "sql", "store"]

  static func tierOrder(_ tier: String) -> Int { tiers.firstIndex(of: tier) ?? Int.max }

  // MARK: - The file

  /// Reads `cap.json`.
  ///
  /// - Throws: `CommandError` with `badInput`.
  public init(path: String) throws(CommandError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandError(.badInput, "\(path): cannot be read")
    }
    guard let ledger = try? JSONDecoder().decode(Ledger.self, from: data) else {
      throw CommandError(.badInput, "\(path): not a CAP ledger")
    }
    guard ledger.schema == Self.currentSchema else {
      throw CommandError(.badInput, "\(path): the schema \(ledger.schema), expected \(Self.currentSchema)")
    }
    self = ledger
  }

  /// What `cap.json` holds: members and cells in a fixed order.
  public var json: String {
    guard let text = try? PrettyJSON.text(self) else {
      preconditionFailure("a ledger of finite numbers and texts is always JSON")
    }
    return Self.compacted(text) + "\n"
  }

  /// Brings every array of whole numbers to one line: a cell has hundreds of counts, which are unreadable one below
  /// another.
  static func compacted(_ json: String) -> String {
    var lines: [String] = []
    // The line of an array of which only numbers were seen so far. No text of JSON goes over several lines.
    var open: Int?
    for line in json.split(separator: "\n", omittingEmptySubsequences: false) {
      let word = line.drop { $0 == " " }
      if let start = open, word.first == "]", lines.count > start + 1 {
        let numbers = lines[(start + 1)...].map { $0.drop { $0 == " " } }.joined(separator: " ")
        lines[start] += numbers + word
        lines.removeSubrange((start + 1)...)
        open = nil
        continue
      }
      if open != nil, word.isEmpty || !word.allSatisfy({ $0.isNumber || $0 == "-" || $0 == "," }) { open = nil }
      lines.append(String(line))
      if word.last == "[" { open = lines.count - 1 }
    }
    return lines.joined(separator: "\n")
  }
}
