import Synchronization

/// Where the threads of one check post what they find, key by key, so that what is decided by the deadline counts.
final class VerdictBoard: Sendable {
  struct Contents: Sendable {
    var audit = AuditTallies()
    var keys: [KeyVerdict] = []
    /// By group: whether its tallies, and its linearizability, are there.
    var isAudited: [Bool]
    var isDecided: [Bool]
  }

  private let contents: Mutex<Contents>

  init(groups: Int) {
    let none = Array(repeating: false, count: groups)
    contents = Mutex(Contents(isAudited: none, isDecided: none))
  }

  func post(group: Int, _ audit: AuditTallies) {
    contents.withLock { contents in
      contents.isAudited[group] = true
      contents.audit.merge(audit)
    }
  }

  func post(group: Int, _ verdict: KeyVerdict) {
    contents.withLock { contents in
      contents.isDecided[group] = true
      contents.keys.append(verdict)
    }
  }

  func take() -> Contents { contents.withLock { $0 } }
}
