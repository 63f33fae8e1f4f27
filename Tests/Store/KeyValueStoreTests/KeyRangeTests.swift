import KeyValueStore
import Testing

@Suite("A range of keys")
struct KeyRangeTests {
  static let keys = ["a", "a\u{0}", "a/", "a/1", "aé", "b", "🐘", "🐘1"]

  @Test(
    arguments: [
      ("", "", keys),
      ("a", "", ["a", "a\u{0}", "a/", "a/1", "aé"]),
      ("a/", "", ["a/", "a/1"]),
      ("", "a", ["a\u{0}", "a/", "a/1", "aé", "b", "🐘", "🐘1"]),
      ("a", "a/", ["a/1", "aé"]),
      ("b", "a", ["b"]),
      ("a", "b", []),
      ("🐘", "", ["🐘", "🐘1"]),
      ("", "🐘1", []),
    ] as [(String, String, [String])])
  func holds(_ prefix: String, _ after: String, _ expected: [String]) throws {
    let range = KeyRange(prefix: Array(prefix.utf8), after: Array(after.utf8))
    #expect(try Self.keys.filter { range.contains(try Key($0)) } == expected)
  }
}
