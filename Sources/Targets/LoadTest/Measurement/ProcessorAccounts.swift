import Stack

/// Splits the processor time of a test: the containers by kind, this project's services together, the generator, and
/// the rest.
struct ProcessorAccounts: Sendable {
  var processors: [LoadReport.Processor] = []
  var machine: LoadReport.Machine?

  /// - Parameters:
  ///   - generatorSeconds: how long the generator worked.
  ///   - requests: what the time is divided by.
  init(
    before: StackMeter.Reading?, after: StackMeter.Reading?, generatorNanoseconds: UInt64, generatorSeconds: Double,
    requests: Int
  ) {
    func processor(_ name: String, _ containers: Int?, _ seconds: Double, during: Double) -> LoadReport.Processor {
      LoadReport.Processor(
        name: name, containers: containers, seconds: seconds, cores: during > 0 ? seconds / during : 0,
        microsecondsPerRequest: requests > 0 ? seconds * 1e6 / Double(requests) : 0)
    }
    let generator = processor("generator", nil, Double(generatorNanoseconds) / 1e9, during: generatorSeconds)
    guard let before, let after else {
      processors = [generator]
      return
    }
    let window = before.moment.duration(to: after.moment).seconds
    var used: [String: (containers: Int, seconds: Double)] = [:]
    for (kind, time) in after.processors {
      let earlier = before.processors[kind]?.nanoseconds ?? 0
      // Less than before: a container is gone, and its time with it.
      guard time.nanoseconds >= earlier else { continue }
      used[kind] = (time.containers, Double(time.nanoseconds - earlier) / 1e9)
    }
    let tiers = used.map { processor($0.key, $0.value.containers, $0.value.seconds, during: window) }
      .sorted { ($1.seconds, $0.name) < ($0.seconds, $1.name) }
    processors = tiers
    let own = ["api", "worker"].compactMap { used[$0] }
    if own.count == 2 {
      processors.append(
        processor(
          "api and worker", own.reduce(0) { $0 + $1.containers }, own.reduce(0) { $0 + $1.seconds }, during: window))
    }
    processors.append(generator)
    guard let first = before.machine, let last = after.machine, last.totalSeconds > first.totalSeconds else { return }
    let busy = last.busySeconds - first.busySeconds
    let rest = max(0, busy - tiers.reduce(0) { $0 + $1.seconds } - generator.seconds)
    processors.append(processor("the rest of the machine", nil, rest, during: window))
    machine = LoadReport.Machine(cores: last.cores, busy: busy / (last.totalSeconds - first.totalSeconds))
  }
}
