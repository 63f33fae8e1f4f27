/// The forms of a history that can be read; detected from the content, never from a file's name.
public enum HistoryFormat: String, Sendable, Hashable {
  /// One JSON object a line: what a run of kvchaos writes.
  case jsonLines = "json-lines"
  /// One JSON array of operation maps.
  case jsonArray = "json-array"
  /// Jepsen's operation maps in EDN, one after the other or in one vector.
  case edn
  /// What Jepsen logs while it runs, `INFO  jepsen.util - 3 :invoke :write 4`, and its `history.txt`.
  case textLog = "text-log"
  /// Jepsen's binary store of a whole test, `test.jepsen`.
  case jepsenStore = "jepsen-store"

  /// The format that a history's first bytes show; `nil` while they show none.
  init?(detecting bytes: UnsafeBufferPointer<UInt8>) {
    guard !bytes.starts(with: JepsenStore.magic) else {
      self = .jepsenStore
      return
    }
    var rest = bytes[...]
    func skipSpace() { while let byte = rest.first, byte <= 0x20 || byte == 0x2C { rest = rest.dropFirst() } }
    func next() -> UInt8? {
      rest = rest.dropFirst()
      skipSpace()
      return rest.first
    }
    skipSpace()
    guard let first = rest.first else { return nil }
    switch first {
    case 0x7B:
      guard let second = next() else { return nil }
      self = second == 0x3A ? .edn : .jsonLines
    case 0x5B:
      guard let second = next() else { return nil }
      guard second == 0x7B else {
        self = .edn
        return
      }
      guard let third = next() else { return nil }
      self = third == 0x22 || third == 0x7D ? .jsonArray : .edn
    case 0x23, 0x3B, 0x28: self = .edn
    default: self = .textLog
    }
  }
}
