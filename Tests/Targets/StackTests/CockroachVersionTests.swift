import Testing

@testable import Stack

struct CockroachVersionTests {
  @Test(arguments: [
    ("v22.1.22", "22.1.22", "22.1"), ("v26.1.0-beta.1", "26.1.0-beta.1", "26.1"),
    ("v22.1.0-alpha", "22.1.0-alpha", "22.1"), ("24.3", "24.3", "24.3"),
  ])
  func aTagIsRead(tag: String, text: String, line: String) throws {
    let version = try #require(CockroachVersion(tag))
    #expect(version.text == text)
    #expect(version.line == line)
  }

  @Test(arguments: ["", "v", "unknown", "v22", "v22.x.1", "exec format error"])
  func whatIsNoVersionIsNotTakenForOne(tag: String) {
    #expect(CockroachVersion(tag) == nil)
  }

  @Test func onlyALineThatWasTriedNeedsNoWarning() throws {
    #expect(try #require(CockroachVersion("v22.1.22")).warning == nil)
    for untried in ["v20.2.19", "v22.2.19", "v24.2.4", "v26.1.0"] {
      let version = try #require(CockroachVersion(untried))
      let warning = try #require(version.warning)
      #expect(warning.contains(untried.dropFirst()) && warning.contains("untested"))
      #expect(warning.contains("docs/cockroachdb.md"))
    }
  }
}
