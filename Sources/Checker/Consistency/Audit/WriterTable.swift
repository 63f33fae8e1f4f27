import History

/// The writers of one key's values, by value.
///
/// Most checks look up the writers of every read, so the table avoids the keyed hash of a dictionary.
struct WriterTable {
  private var numbers: Numbering
  private var writers: [KeyAudit.Writers] = []

  /// - Parameter capacity: how many values are expected.
  init(capacity: Int) {
    numbers = Numbering(capacity: capacity)
    writers.reserveCapacity(capacity)
  }

  /// The facts about a value's writers; `nil` if it was never written.
  subscript(value: Token) -> KeyAudit.Writers? { numbers.known(value.bits).map { writers[$0] } }

  /// Adds a writer of a value. Writers come in the order of their invocations.
  mutating func add(_ writer: KeyAudit.Writers, of value: Token) {
    let number = numbers.number(of: value.bits)
    guard number < writers.count else { return writers.append(writer) }
    writers[number].lastReturn = max(writers[number].lastReturn, writer.lastReturn)
    writers[number].firstEffect = min(writers[number].firstEffect, writer.firstEffect)
    writers[number].count += writer.count
  }
}
