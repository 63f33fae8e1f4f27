import Foundation
import History
import Synchronization

/// `faults.jsonl`: each action, its target and its time, one line each, written as it happens.
final class FaultLog: Sendable {
  struct Line: Encodable {
    var timeNanoseconds: Int64
    /// ISO 8601, UTC.
    var wallTime: String
    /// `kill redis master`.
    var fault: String
    var event: FaultEvent
    var targets: [String]
    var message: String?
  }

  private let handle: Mutex<FileHandle?>

  init(path: String) {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    handle = Mutex(FileHandle(forWritingAtPath: path))
  }

  /// Everything here is in the history too, so a full disk is detected there.
  func append(_ line: Line) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(line) else { return }
    handle.withLock { try? $0?.write(contentsOf: data + [UInt8(ascii: "\n")]) }
  }

  func close() {
    handle.withLock { handle in
      try? handle?.close()
      handle = nil
    }
  }
}
