import Histogram

extension LoadReport {
  /// The rows of the table: PUT, GET, and both together if there are both.
  static func rows(_ recorder: LoadRecorder, seconds: Double) -> [Row] {
    var all = recorder.puts
    all.ok += recorder.gets.ok
    all.absent += recorder.gets.absent
    all.failed += recorder.gets.failed
    all.unknown += recorder.gets.unknown
    for step in recorder.gets.latency.recordedValues() { all.latency.record(step.value, count: step.count) }
    let kinds = [("PUT", recorder.puts), ("GET", recorder.gets)].filter { $0.1.count > 0 }
    let rows = (kinds.count == 2 ? kinds + [("all", all)] : kinds).map { row($0.0, $0.1, seconds: seconds) }
    // A histogram that was made from others knows its greatest value only to its own precision.
    let greatest = rows.filter { $0.name != "all" }.map(\.max).max() ?? 0
    return rows.map { row in
      var row = row
      row.max = min(row.max, greatest)
      return row
    }
  }

  private static func row(_ name: String, _ tally: LoadRecorder.Tally, seconds: Double) -> Row {
    let latency = tally.latency
    func at(_ percentile: Double) -> Double { Double(latency.valueAtPercentile(percentile)) / 1_000 }
    return Row(
      name: name, count: tally.count, ok: tally.ok, absent: tally.absent, failed: tally.failed, unknown: tally.unknown,
      perSecond: seconds > 0 ? Double(tally.count) / seconds : 0, mean: latency.mean / 1_000,
      standardDeviation: latency.stdDeviation / 1_000, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9),
      max: Double(latency.maxRecorded) / 1_000,
      distribution: latency.totalCount == 0
        ? []
        : latency.percentiles(ticksPerHalfDistance: 5).map {
          Point(share: $0.percentileLevelIteratedTo / 100, milliseconds: Double($0.value) / 1_000)
        })
  }

  /// The errors, most frequent first.
  static func errors(_ recorder: LoadRecorder) -> [ErrorCount] {
    recorder.errors.map { ErrorCount(error: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.error) < ($0.count, $1.error) }
  }

  static func sendDelay(_ recorder: LoadRecorder) -> SendDelay {
    SendDelay(
      p99: Double(recorder.sendDelay.valueAtPercentile(99)) / 1_000,
      max: Double(recorder.sendDelay.maxRecorded) / 1_000)
  }

  /// A latency distribution in HdrHistogram's own text format, in milliseconds, for its plotter and other tools.
  static func hgrm(_ tally: LoadRecorder.Tally) -> String {
    var text = ""
    tally.latency.outputPercentileDistribution(to: &text, outputValueUnitScalingRatio: 1_000)
    return text
  }
}
