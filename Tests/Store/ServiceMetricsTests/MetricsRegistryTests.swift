import ServiceMetrics
import Testing

@Suite("Metrics as Prometheus text")
struct MetricsRegistryTests {
  @Test func theWholeText() {
    let registry = MetricsRegistry(labels: [("instance", "api-1")])
    let counter = registry.counter("kv_a_total", "Counts a.", [("kind", "x")])
    let other = registry.counter("kv_a_total", "Counts a.", [("kind", "y")])
    let gauge = registry.gauge("kv_b", "Now.")
    let histogram = registry.histogram("kv_c_seconds", "How long.", bounds: [500, 1_000, 1_500_000])
    registry.gauge("kv_d", "Read.") { 1.5 }
    counter.add()
    counter.add(41)
    other.add()
    gauge.add(5)
    gauge.add(-7)
    for value: UInt64 in [0, 500, 501, 1_000, 1_500_000, 1_500_001] { histogram.observe(value) }
    #expect(
      registry.text() == """
        # HELP kv_a_total Counts a.
        # TYPE kv_a_total counter
        kv_a_total{instance="api-1",kind="x"} 42
        kv_a_total{instance="api-1",kind="y"} 1
        # HELP kv_b Now.
        # TYPE kv_b gauge
        kv_b{instance="api-1"} -2
        # HELP kv_c_seconds How long.
        # TYPE kv_c_seconds histogram
        kv_c_seconds_bucket{instance="api-1",le="0.0005"} 2
        kv_c_seconds_bucket{instance="api-1",le="0.001"} 4
        kv_c_seconds_bucket{instance="api-1",le="1.5"} 5
        kv_c_seconds_bucket{instance="api-1",le="+Inf"} 6
        kv_c_seconds_sum{instance="api-1"} 3.002002
        kv_c_seconds_count{instance="api-1"} 6
        # HELP kv_d Read.
        # TYPE kv_d gauge
        kv_d{instance="api-1"} 1.5

        """)
  }

  @Test func labelsAndHelpAreEscaped() {
    let registry = MetricsRegistry()
    registry.gauge("kv_x", "a \"b\" \\ c\nd", [("label", "quote \" back \\ line\nend é")]) { .infinity }
    #expect(
      registry.text() == """
        # HELP kv_x a "b" \\\\ c\\nd
        # TYPE kv_x gauge
        kv_x{label="quote \\" back \\\\ line\\nend é"} +Inf

        """)
  }

  @Test func whatCountsNothingCanStayOut() {
    let registry = MetricsRegistry()
    let hidden = registry.counter("kv_x_total", "X.", [("a", "1")], isShownAtZero: false)
    _ = registry.counter("kv_x_total", "X.", [("a", "2")])
    #expect(registry.text().contains("kv_x_total{a=\"2\"} 0\n"))
    #expect(!registry.text().contains("a=\"1\""))
    hidden.add()
    #expect(registry.text().contains("kv_x_total{a=\"1\"} 1\n"))
  }

  @Test func boundsWithoutFractionsAreWhole() {
    let registry = MetricsRegistry()
    registry.histogram("kv_n", "N.", bounds: [1, 1024], divisor: 1).observe(3)
    #expect(
      registry.text().contains("kv_n_bucket{le=\"1\"} 0\nkv_n_bucket{le=\"1024\"} 1\nkv_n_bucket{le=\"+Inf\"} 1\n"))
    #expect(registry.text().contains("kv_n_sum 3\nkv_n_count 1\n"))
  }

  @Test func observationsOfManyTasksAreAllCounted() async {
    let histogram = Histogram(bounds: Histogram.latencyBounds, divisor: 1_000_000)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask { for number in 0..<10_000 { histogram.observe(UInt64(task * number)) } }
      }
    }
    let (cumulative, sum) = histogram.snapshot()
    #expect(cumulative.last == 80_000)
    #expect(sum == UInt64((0..<8).reduce(0, +) * (0..<10_000).reduce(0, +)))
    #expect(zip(cumulative, cumulative.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func theProcessIsMeasured() {
    let registry = MetricsRegistry()
    registry.addProcessMetrics()
    let lines = registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
    let values = Dictionary(
      uniqueKeysWithValues: lines.map { line in
        let parts = line.split(separator: " ")
        return (String(parts[0]), Double(parts[1]) ?? .nan)
      })
    #expect(values["process_cpu_seconds_total"] ?? 0 > 0)
    #expect(values["process_resident_memory_bytes"] ?? 0 > 1_000_000)
    #expect(values["process_open_fds"] ?? 0 >= 3)
    #expect(values["process_start_time_seconds"] ?? 0 > 1_700_000_000)
  }
}
