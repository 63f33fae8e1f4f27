/// The forms of a history that can be read; told apart by their content, never by a file's name.
public enum HistoryFormat: String, Sendable, Hashable {
  /// One JSON object a line: what a run of kvchaos writes.
  case jsonLines = "json-lines"
  /// Jepsen's operation maps in EDN, one after the other or in one vector.
  case edn
  /// The lines that Jepsen logs while it runs: `INFO  jepsen.util - 3 :invoke :write 4`.
  case textLog = "text-log"

  /// The format that a history's first bytes show; `nil` while they show none.
  init?(detecting bytes: UnsafeBufferPointer<UInt8>) {
    var rest = bytes[...]
    func skipSpace() { while let byte = rest.first, byte <= 0x20 || byte == 0x2C { rest = rest.dropFirst() } }
    skipSpace()
    guard let first = rest.first else { return nil }
    switch first {
    case 0x7B:
      rest = rest.dropFirst()
      skipSpace()
      guard let next = rest.first else { return nil }
      self = next == 0x3A ? .edn : .jsonLines
    case 0x5B, 0x23, 0x3B, 0x28: self = .edn
    default: self = .textLog
    }
  }
}
