import Testing

@testable import Workload

/// Large values, of which the history has only what makes them unique.
@Suite struct ValuePaddingTests {
  @Test(arguments: [1, 8, 4096]) func whatIsAddedIsRemoved(_ bytes: Int) {
    let padding = ValuePadding(bytes: bytes)
    let sent = padding.added(to: "c1.17")
    #expect(sent.utf8.count == max(bytes, 6))
    #expect(padding.removed(from: sent) == "c1.17")
  }

  /// A damaged value must not look like the one that was written.
  @Test func aValueThatIsNotWholeIsAnother() {
    let padding = ValuePadding(bytes: 64)
    let sent = padding.added(to: "c1.17")
    for damaged in [String(sent.dropLast()), sent + "x", String(sent.dropLast()) + "y", "c1.17 "] {
      #expect(padding.removed(from: damaged) != "c1.17")
    }
    #expect(padding.removed(from: String(sent.dropLast())) == "c1.17 with 63 of 64 bytes")
    #expect(padding.removed(from: "foreign") == "foreign")
  }
}
