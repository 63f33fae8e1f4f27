import Synchronization

/// A number that a fake keeps.
final class FakeValue: Sendable {
  private let content: Mutex<Int>

  init(_ value: Int) { content = Mutex(value) }

  var value: Int { content.withLock { $0 } }
  func set(_ value: Int) { content.withLock { $0 = value } }
}
