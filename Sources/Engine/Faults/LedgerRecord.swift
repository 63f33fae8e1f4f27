import Foundation

/// One line of the ledger file.
struct LedgerRecord: Codable {
  enum Event: String, Codable {
    case open, close
  }

  var event: Event
  var id: String
  var time: String
  /// With `open` only.
  var undo: Undo?

  func line() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + [UInt8(ascii: "\n")]
  }

  /// The entries that are open after these lines, oldest first, and the lines that could not be read.
  ///
  /// A torn last line is a write that was not synced when the process or the machine died. If it was an `open`, its
  /// fault was not injected; if it was a `close`, its undo is open still and is replayed once more, which is safe.
  static func replay(_ data: Data) -> (open: [LedgerEntry], damagedLines: [String]) {
    var open: [LedgerEntry] = []
    var damaged: [String] = []
    for line in data.split(separator: UInt8(ascii: "\n")) {
      guard let record = try? JSONDecoder().decode(LedgerRecord.self, from: Data(line)) else {
        damaged.append(String(decoding: line, as: UTF8.self))
        continue
      }
      switch (record.event, record.undo) {
      case (.open, let undo?): open.append(LedgerEntry(id: record.id, undo: undo, time: record.time))
      case (.open, nil): damaged.append(String(decoding: line, as: UTF8.self))
      case (.close, _): open.removeAll { $0.id == record.id }
      }
    }
    return (open, damaged)
  }
}
