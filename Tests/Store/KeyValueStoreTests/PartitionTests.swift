import KeyValueStore
import Testing

@Suite("The partition of a key")
struct PartitionTests {
  /// Fixed for ever: a key that changes its queue loses the order of its writes.
  @Test(arguments: [("a", 4), ("key-1", 6), ("user/42", 1), ("\u{e9}", 1), ("e\u{301}", 7), ("🐘", 0)])
  func stays(_ text: String, _ expected: Int) throws {
    #expect(Partition(of: try Key(text), count: 8).index == expected)
  }

  @Test func spreadsKeys() throws {
    var counts = [Int](repeating: 0, count: 8)
    for number in 0..<8000 { counts[Partition(of: try Key("key-\(number)"), count: 8).index] += 1 }
    #expect(counts.allSatisfy { (800...1200).contains($0) }, "\(counts)")
  }

  /// No queue of another count has the same name, so no service publishes to, or applies from, a queue for other keys.
  @Test func namesItsQueue() throws {
    #expect(Partition(index: 5, count: 8).queueName == "kv.commands.8.5")
    let names = [2, 4, 8, 22].flatMap { count in
      (0..<100).compactMap { try? Partition(of: Key("key-\($0)"), count: count).queueName }
    }
    #expect(Set(names).count == 2 + 4 + 8 + 22)
  }
}
