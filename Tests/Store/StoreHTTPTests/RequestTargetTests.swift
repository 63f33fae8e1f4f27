import KeyValueStore
import Testing

@testable import StoreHTTP

@Suite("Paths and queries")
struct RequestTargetTests {
  /// What a path names, byte by byte.
  @Test(arguments: [
    ("/store/a/b", "a/b"), ("/store/a%2Fb", "a/b"), ("/store//a//", "/a//"), ("/store/a+b", "a+b"),
    ("/store/100%25", "100%"), ("/store/%F0%9F%90%98", "🐘"), ("/store/🐘", "🐘"), ("/store/a%2F..%2Fb", "a/../b"),
    ("/store/...", "..."), ("/store/.a", ".a"), ("/store/a/.", "a/."), ("/store/%EF%BF%BD", "\u{FFFD}"),
    ("/store/a%3Fb%23c", "a?b#c"), ("/store/e%CC%81", "e\u{301}"),
  ])
  func keysAreExact(_ path: String, _ key: String) throws {
    #expect(try RequestTarget(path).route == .key(try Key(key)))
  }

  @Test(arguments: [
    ("/store/%zz", 400), ("/store/%", 400), ("/store/%4", 400), ("/store/a#b", 400), ("/store/\u{FFFD}", 400),
    ("/store/", 422), ("/store/%FF", 422), ("/store/" + String(repeating: "k", count: 513), 422),
    ("/store/a%00", 422), ("/store/.", 422), ("/store/%2E%2E", 422), ("/store/..%2Fx", 422),
    ("/store/a/../../x", 422), ("/store/./../x", 422), ("/operations/a%20b", 422), ("/operations/", 422),
    ("/", 404), ("/stores", 404), ("//store", 404), ("/store?a=%", 400), ("/store?a=%FF", 400),
    ("/store?a=1&a=2", 400), ("/store?a=1&%61=2", 400),
  ])
  func whatIsNoAddressIsRefused(_ target: String, _ status: Int) {
    let problem = #expect(throws: Problem.self) { try RequestTarget(target) }
    #expect(problem?.status == status)
  }

  @Test func aPlusInAQueryIsASpace() throws {
    let query = try RequestTarget("/store?prefix=a+b%2B&after=").query
    #expect(query["prefix"] == "a b+")
    #expect(query["after"] == "")
  }

  @Test(arguments: [
    ("akc=committed", "did you mean ack?"), ("Ack=committed", "did you mean ack?"), ("x=", "there is ack."),
    ("=", "there is ack."), ("a%0Ab=", "there is ack."),
  ])
  func anUnknownParameterNamesTheNearest(_ text: String, _ hint: String) throws {
    let query = try Query(text[...])
    let problem = #expect(throws: Problem.self) { try query.allow("ack") }
    #expect(problem?.status == 400)
    #expect(problem?.detail.contains(hint) == true, "\(problem?.detail ?? "")")
  }

  @Test func aWrongWordNamesTheNearest() throws {
    let query = try Query("read=linearisable")
    let problem = #expect(throws: Problem.self) { try query.choice("read", default: ReadLevel.cache) }
    #expect(problem?.status == 400)
    #expect(problem?.detail == "read must be one of cache, linearizable; did you mean linearizable?")
  }

  @Test(arguments: ["0", "1001", "-1", "+1", "1.0", "", "1e2", " 1", "99999999999999999999"])
  func aNumberOutsideIsRefused(_ text: String) throws {
    let query = try Query("limit=\(text)")
    // In a query + is a space, so that one is no number either.
    #expect(throws: Problem.self) { try query.integer("limit", default: 100, in: 1...1000) }
  }
}
