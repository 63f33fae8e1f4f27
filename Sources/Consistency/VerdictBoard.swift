import Synchronization

/// Where the threads of one check post what they find, key by key, so that what is decided by the deadline counts.
final class VerdictBoard: Sendable {
  struct Contents: Sendable {
    var audit = AuditTallies()
    var keys: [KeyVerdict] = []
    var isPosted: [Bool]
  }

  private let contents: Mutex<Contents>

  init(groups: Int) { contents = Mutex(Contents(isPosted: Array(repeating: false, count: groups))) }

  func post(group: Int, _ verdict: KeyVerdict?, _ audit: AuditTallies?) {
    contents.withLock { contents in
      contents.isPosted[group] = true
      if let verdict { contents.keys.append(verdict) }
      if let audit { contents.audit.merge(audit) }
    }
  }

  func take() -> Contents { contents.withLock { $0 } }
}
