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

  @Test func namesItsQueue() {
    #expect(Partition(index: 5).queueName == "kv.commands.5")
  }
}
