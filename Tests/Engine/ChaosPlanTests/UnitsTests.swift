import Spelling
import Testing

@testable import ChaosPlan

@Suite struct UnitsTests {
  @Test(arguments: [
    ("0", Duration.zero), ("0s", .zero), ("250ms", .milliseconds(250)), ("8s", .seconds(8)),
    ("1.5s", .milliseconds(1_500)), ("2m", .seconds(120)), ("24h", .seconds(86_400)),
  ])
  func durations(_ text: String, _ expected: Duration) {
    #expect(Units.duration(text) == expected)
  }

  @Test(arguments: ["", "8", "8 s", "-8s", "8sec", "s", "1e3s", ".5s", "1.s", "1.2.3s", "infs", "25h", "8S", "８s"])
  func notDurations(_ text: String) {
    #expect(Units.duration(text) == nil)
  }

  @Test(arguments: [(">= 90%", 0.9), (">=99.5%", 0.995), (">= 100 %", 1.0)])
  func leastShares(_ text: String, _ expected: Double) {
    #expect(Units.shareMinimum(text).map { abs($0 - expected) < 1e-9 } == true)
  }

  @Test(arguments: ["90%", "> 90%", "<= 90%", ">= 0.9", ">= 101%", ">= %"])
  func notLeastShares(_ text: String) {
    #expect(Units.shareMinimum(text) == nil)
  }

  @Test(arguments: ["150", "0/s", "-1/s", "150/m", "/s"])
  func notRates(_ text: String) {
    #expect(Units.ratePerSecond(text) == nil)
  }

  @Test(arguments: [
    ("reddis", "redis"), ("mster", "master"), ("duraton", "duration"), ("Redis", "redis"), ("rabbit", "rabbitmq"),
  ])
  func nearest(_ typo: String, _ expected: String) {
    #expect(nearestWord(to: typo, among: ["redis", "master", "duration", "rabbitmq", "at"]) == expected)
  }

  @Test func nothingNear() {
    #expect(nearestWord(to: "explode", among: ["kill", "stop", "pause"]) == nil)
    #expect(nearestWord(to: "x", among: []) == nil)
    #expect(editDistance("", "abc") == 3)
    #expect(editDistance("abdc", "abcd") == 1)
  }
}

@Suite struct SelectionTests {
  @Test(arguments: [
    (SelectionMode.one, 3, 1), (.all, 3, 3), (.fixed(2), 3, 2), (.fixed(5), 3, 3), (.fixedPercent(50), 3, 2),
    (.fixedPercent(1), 3, 1), (.fixedPercent(100), 3, 3), (.minority, 3, 1), (.minority, 5, 2), (.minority, 1, 0),
    (.majority, 3, 2), (.majority, 4, 3), (.majority, 1, 1), (.all, 0, 0), (.majority, 0, 0),
  ])
  func counts(_ mode: SelectionMode, _ matched: Int, _ expected: Int) {
    #expect(mode.count(of: matched) == expected)
  }

  @Test func mixesDrawByShare() {
    let mix = Mix(parts: [.init(AcknowledgementLevel.queued, share: 0.7), .init(.committed, share: 0.3)])
    #expect(mix.choice(at: 0) == .queued)
    #expect(mix.choice(at: 0.699) == .queued)
    #expect(mix.choice(at: 0.701) == .committed)
    #expect(mix.choice(at: 0.999) == .committed)
  }

  @Test(arguments: [("1KiB", 1024), ("1.5KiB", 1536), ("512KiB", 524_288), ("1MiB", 1_048_576), ("0.5MiB", 524_288)])
  func sizesOfValues(_ text: String, _ bytes: Int) { #expect(Units.valueSize(text) == bytes) }

  @Test(arguments: ["", "1", "1B", "0.5KiB", "1.01MiB", "2MiB", "1GiB", "-1KiB", "KiB", "512 KiB", "512kib"])
  func whatIsNoSizeOfAValue(_ text: String) { #expect(Units.valueSize(text) == nil) }
}
