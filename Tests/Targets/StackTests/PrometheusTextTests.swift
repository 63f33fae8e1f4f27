import Testing

@testable import Stack

@Suite struct PrometheusTextTests {
  private static let text = """
    # HELP kv_delay_seconds From here to there.
    # TYPE kv_delay_seconds histogram
    kv_delay_seconds_bucket{instance="w",le="0.1"} 10
    kv_delay_seconds_bucket{instance="w",le="0.2"} 30
    kv_delay_seconds_bucket{instance="w",le="+Inf"} 40
    kv_delay_seconds_sum{instance="w"} 7.5
    kv_delay_seconds_count{instance="w"} 40
    # TYPE kv_requests_total counter
    kv_requests_total{method="GET",path="/a,b}\\"c\\\\\\n"} 12 1700000000
    kv_requests_total{method="PUT",} 3e2

      up 1
    odd NaN
    """

  @Test func linesAreRead() throws {
    let metrics = try PrometheusText(parsing: Self.text)
    #expect(metrics.samples.count == 9)
    #expect(metrics.sum("up") == 1)
    #expect(metrics.sum("kv_requests_total") == 312)
    #expect(metrics.sum("kv_requests_total", ["method": "PUT"]) == 300)
    #expect(metrics.sum("kv_requests_total", ["path": "/a,b}\"c\\\n"]) == 12)
    #expect(metrics.sum("nothing") == 0)
    #expect(metrics.samples.last?.value.isNaN == true)
  }

  @Test(arguments: [
    "name", "name{a=\"1\" 3", "name{a=1} 3", "name{a=\"x} 3", "name three", "{a=\"b\"} 1", "name{a=\"\\x\"} 1",
    "name 1 2 3",
  ]) func whatIsNoLineIsNamed(line: String) {
    let error = #expect(throws: StackError.self) { try PrometheusText(parsing: "up 1\n\(line)\n") }
    #expect(error?.message.contains(line) == true)
  }

  @Test func histogramsAreAddedUpOverTheirSeries() throws {
    let other = Self.text.replacing("instance=\"w\"", with: "instance=\"v\"")
    let both = try PrometheusText(parsing: Self.text + "\n" + other)
    let counts = try #require(both.histogram("kv_delay_seconds"))
    #expect(counts == BucketCounts(bounds: [0.1, 0.2, .infinity], cumulative: [20, 60, 80], sum: 15))
    #expect(both.histogram("kv_requests_total") == nil)
  }

  @Test func quantilesAreThoseOfPrometheus() throws {
    let counts = BucketCounts(bounds: [0.1, 0.2, .infinity], cumulative: [10, 30, 40], sum: 7.5)
    #expect(counts.count == 40 && counts.mean == 0.1875)
    #expect(counts.quantile(0.25) == 0.1)
    #expect(counts.quantile(0.125) == 0.05)
    #expect(abs(try #require(counts.quantile(0.5)) - 0.15) < 1e-12)
    // Above all finite bounds, only the last bound is known.
    #expect(counts.quantile(0.99) == 0.2)
    let nothing = BucketCounts(bounds: [.infinity], cumulative: [0], sum: 0)
    #expect(nothing.quantile(0.5) == nil && nothing.mean == nil)
  }

  @Test func differencesSurviveARestart() {
    let before = BucketCounts(bounds: [1, .infinity], cumulative: [5, 8], sum: 10)
    let after = BucketCounts(bounds: [1, .infinity], cumulative: [6, 12], sum: 30)
    #expect(after.since(before) == BucketCounts(bounds: [1, .infinity], cumulative: [1, 4], sum: 20))
    let anew = BucketCounts(bounds: [1, .infinity], cumulative: [2, 3], sum: 4)
    #expect(anew.since(before) == anew)
    #expect(before.adding(anew) == BucketCounts(bounds: [1, .infinity], cumulative: [7, 11], sum: 14))
    #expect(before.adding(BucketCounts(bounds: [2, .infinity], cumulative: [1, 1], sum: 1)) == nil)
  }

  @Test func severalSeriesAreAddedUp() throws {
    func counts(_ small: Double, _ all: Double) -> BucketCounts {
      BucketCounts(bounds: [0.1, .infinity], cumulative: [small, all], sum: all)
    }
    // w2 was restarted, w3 is new.
    let before = ["w1": counts(10, 20), "w2": counts(50, 60)]
    let now = ["w1": counts(15, 30), "w2": counts(3, 4), "w3": counts(1, 1)]
    #expect(try #require(BucketCounts.sum(of: now, since: before)).cumulative == [9, 15])
    #expect(BucketCounts.sum(of: [:], since: before) == nil)
  }
}
