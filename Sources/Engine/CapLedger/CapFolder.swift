import Consistency
import Failures
import Foundation
import History

/// The results folder of the ledger: `cap/<cell>/record.json` with a history each, `cap.json`, `CAP.md`, and a picture
/// of each tier.
public struct CapFolder: Sendable {
  /// The results folder.
  public let root: String

  public init(root: String) {
    self.root = root
  }

  public var jsonPath: String { "\(root)/cap.json" }
  public var markdownPath: String { "\(root)/CAP.md" }

  /// The folder of a cell, by its id.
  public func folder(of cell: String) -> String { "\(root)/cap/\(cell)" }

  /// The ids of the cells that have a record.
  public var recorded: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/cap")) ?? []
    return names.filter { FileManager.default.fileExists(atPath: "\(folder(of: $0))/record.json") }.sorted()
  }

  /// Judges the record of one cell.
  ///
  /// - Throws: `CommandError` with `badInput` for a record that is none, `HistoryError`, `ConsistencyError`.
  public func judge(_ cell: String) throws -> CapCell {
    let path = "\(folder(of: cell))/record.json"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandError(.badInput, "\(path): cannot be read")
    }
    let record: CapRecord
    do {
      record = try JSONDecoder().decode(CapRecord.self, from: data)
    } catch {
      throw CommandError(.badInput, "\(path): not the record of a cell: \(error)")
    }
    guard record.schema == CapRecord.currentSchema else {
      throw CommandError(.badInput, "\(path): the schema \(record.schema), expected \(CapRecord.currentSchema)")
    }
    let history = record.history.hasPrefix("/") ? record.history : "\(folder(of: cell))/\(record.history)"
    return try CellJudge(record, events: RecordedHistory(path: history).events).cell()
  }

  /// The ledger as it stands: that of `cap.json`, with recorded cells judged again. A cell whose record is gone (a
  /// clean clone has none) stays as it was written.
  ///
  /// - Parameter cells: those to judge; `nil`: all that have a record.
  public func ledger(judging cells: [String]? = nil) throws -> Ledger {
    let kept = FileManager.default.fileExists(atPath: jsonPath) ? try Ledger(path: jsonPath).cells : []
    return Ledger(kept + (try (cells ?? recorded).map(judge)))
  }

  /// Takes cells out of the ledger, their records with them: they are to be measured again.
  ///
  /// - Throws: `CommandError`.
  public func forget(_ cells: [String]) throws {
    let ledger = try ledger(judging: [])
    do {
      for cell in cells where FileManager.default.fileExists(atPath: folder(of: cell)) {
        try FileManager.default.removeItem(atPath: folder(of: cell))
      }
    } catch {
      throw CommandError(.unavailable, "\(root)/cap cannot be written: \(error.localizedDescription)")
    }
    try write(Ledger(ledger.cells.filter { !cells.contains($0.id) }))
  }

  /// Writes `cap.json`, `CAP.md` and the pictures. A picture that the ledger has no more is removed.
  ///
  /// - Throws: `CommandError` with `unavailable`.
  public func write(_ ledger: Ledger) throws(CommandError) {
    do {
      try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
      try ledger.json.write(toFile: jsonPath, atomically: true, encoding: .utf8)
      try LedgerDocument(ledger).markdown.write(toFile: markdownPath, atomically: true, encoding: .utf8)
      let known = Ledger.tiers.flatMap { tier in
        CellIdentity.isOfFlavour(tier: tier)
          ? ["patroni", "cockroach"].map { LedgerSection(tier: tier, flavour: $0) } : [LedgerSection(tier: tier)]
      }
      for section in Set(known + LedgerSection.all(ledger.cells)) {
        let path = "\(root)/\(section.picture)"
        if let picture = TierPicture(section.tier, flavour: section.flavour, ledger.cells) {
          try picture.svg.write(toFile: path, atomically: true, encoding: .utf8)
        } else if FileManager.default.fileExists(atPath: path) {
          try FileManager.default.removeItem(atPath: path)
        }
      }
    } catch {
      throw CommandError(.unavailable, "\(root) cannot be written: \(error.localizedDescription)")
    }
  }
}
