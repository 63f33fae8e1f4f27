/// How each effect is measured, from the target's own network namespace.
extension NetworkFault {
  /// What was measured before the fault.
  struct Before {
    /// Those that answered.
    var probes: [NetworkPeer]
    var roundTrip: Duration?
  }

  private static let echoSizeBytes = 1_400
  /// With the headers of IP and ICMP.
  private static let echoBits = (echoSizeBytes + 28) * 8

  /// Measures the baseline for the effect: if nothing gets through already, no effect could be shown.
  func measureBefore(
    _ target: FaultTarget, _ probes: [NetworkPeer], _ network: any NetworkNamespaces
  ) async throws -> Before {
    switch effect {
    case .dropNameQueries:
      guard try await answeredNames(target, network) > 0 else {
        throw nothingToMeasure("the name server does not answer \(target.container)")
      }
      return Before(probes: probes)
    case .reset:
      for probe in probes where probe.port != nil {
        if try await connections(to: probe, from: target, count: 1, network).connected == 1 {
          return Before(probes: [probe])
        }
      }
      throw nothingToMeasure("\(target.container) can connect to none of \(Self.names(probes))")
    case .drop, .delay, .throttle:
      guard !probes.isEmpty else { throw nothingToMeasure("none of the peers of \(target.container) runs") }
      let report = try await network.echo(probes.map(\.address), from: target.container, count: 5)
      let answering = Set(report.answering)
      let found = probes.filter { answering.contains($0.address) }
      guard let first = found.first else {
        throw nothingToMeasure("\(target.container) reaches none of \(Self.names(probes))")
      }
      let line = report.lines.first { $0.address == first.address }
      if case .drop(percent: 100) = effect { return Before(probes: found, roundTrip: line?.median) }
      if case .throttle(let rate) = effect, let measured = try await burst(to: first, from: target, rate, network),
        measured < Double(rate)
      {
        throw nothingToMeasure(
          "\(target.container) sends \(Int(measured)) bit/s to \(first.container), less than the limit would be")
      }
      return Before(probes: [first], roundTrip: line?.median)
    }
  }

  /// What is missing of the effect; `nil` when it is there.
  func missingEffect(
    _ undo: Undo, _ probes: [NetworkPeer], _ network: any NetworkNamespaces
  ) async throws -> String? {
    let target = undo.target
    switch effect {
    case .dropNameQueries:
      return try await answeredNames(target, network) == 0 ? nil : "the name server still answers"
    case .reset(let percent):
      guard let probe = probes.first else { return "no peer to measure by" }
      let count = min(500, max(20, 2_000 / percent))
      let found = try await connections(to: probe, from: target, count: count, network)
      return found.reset * 500 >= count * percent
        ? nil : "of \(count) connections to \(probe.container) \(found.reset) were reset"
    case .drop(percent: 100):
      let answering = try await network.echo(probes.map(\.address), from: target.container, count: 3).answering
      return answering.isEmpty ? nil : "\(answering.joined(separator: ", ")) still answer"
    case .drop(let percent):
      return try await missingLoss(percent, target, probes, network)
    case .delay(let delay, let jitter):
      guard let probe = probes.first else { return "no peer to measure by" }
      let before = Duration.microseconds(undo.parameters[Word.roundTripMicroseconds].flatMap { Int($0) } ?? 0)
      let report = try await network.echo(
        [probe.address], from: target.container, count: 5, timeout: .seconds(1) + (delay + jitter) * 2)
      guard let median = report.lines.first?.median else { return "\(probe.container) does not answer at all" }
      return median >= before + (delay - jitter) * 0.8
        ? nil : "the round trip to \(probe.container) is \(median), and was \(before) before"
    case .throttle(let rate):
      guard let probe = probes.first else { return "no peer to measure by" }
      guard let measured = try await burst(to: probe, from: target, rate, network) else {
        return "\(probe.container) does not answer at all"
      }
      return measured <= Double(rate) * 1.5 ? nil : "\(Int(measured)) bit/s get through to \(probe.container)"
    }
  }

  /// Enough questions that some 20 are expected to be lost; a fifth of them must be.
  private func missingLoss(
    _ percent: Int, _ target: FaultTarget, _ probes: [NetworkPeer], _ network: any NetworkNamespaces
  ) async throws -> String? {
    let kept = 1 - Double(percent) / 100
    let expected = 1 - (direction == .both ? kept * kept : kept)
    let count = min(1_000, max(40, Int(20 / expected)))
    let report = try await network.echo(
      probes.prefix(1).map(\.address), from: target.container, count: count, interval: .milliseconds(2))
    return report.lostShare >= expected / 5
      ? nil : "of \(count) packets \(Int((report.lostShare * Double(count)).rounded())) were lost"
  }

  /// Whether the connectivity is restored.
  func isBack(_ undo: Undo, _ probes: [NetworkPeer], _ network: any NetworkNamespaces) async throws -> Bool {
    guard undo.kind != .dnsFailure else { return try await answeredNames(undo.target, network) > 0 }
    guard !probes.isEmpty else { return true }
    // A container that was restarted meanwhile may have another address.
    var addresses: [String] = []
    for probe in probes { addresses.append((try? await network.network(of: probe.container).address) ?? probe.address) }
    return try await !network.echo(addresses, from: undo.target.container, count: 3).answering.isEmpty
  }

  /// Whether something else separates the target from the measuring peers: another fault's rules, or dead peers.
  func isExcused(_ undo: Undo, _ probes: [NetworkPeer], _ environment: FaultEnvironment) async throws -> Bool {
    let network = try environment.namespaces(for: kind)
    if try await !network.ruleTables(in: undo.target.container).isEmpty { return true }
    for probe in probes {
      let state = try? await environment.runtime.state(of: probe.container)
      guard state?.status == .running else { continue }
      if try await network.ruleTables(in: probe.container).isEmpty { return false }
    }
    return true
  }

  // MARK: Measurements

  private func answeredNames(_ target: FaultTarget, _ network: any NetworkNamespaces) async throws -> Int {
    let result = try await network.run(
      ["kv-netfault", "resolve", target.container, "--count", "2", "--timeout-ms", "700"],
      inNetworkOf: target.container, timeout: .seconds(20))
    guard result.exitCode == 0, let answered = Self.values(result.output)["answered"] else {
      throw FaultError(code: .injectionFailed, message: "name resolution cannot be measured: \(result.lastLine)")
    }
    return answered
  }

  private func connections(
    to probe: NetworkPeer, from target: FaultTarget, count: Int, _ network: any NetworkNamespaces
  ) async throws -> (connected: Int, reset: Int) {
    let result = try await network.run(
      ["kv-netfault", "connect", probe.address, String(probe.port ?? 0), "--count", String(count)],
      inNetworkOf: target.container, timeout: .seconds(60))
    let values = Self.values(result.output)
    guard result.exitCode == 0, let connected = values["connected"], let reset = values["reset"] else {
      throw FaultError(code: .injectionFailed, message: "connections cannot be measured: \(result.lastLine)")
    }
    return (connected, reset)
  }

  /// Bits a second that come through to a peer when half a second's worth is sent at once; `nil` when none do.
  private func burst(
    to probe: NetworkPeer, from target: FaultTarget, _ rate: Int, _ network: any NetworkNamespaces
  ) async throws -> Double? {
    let count = min(1_000, max(8, rate / 2 / Self.echoBits))
    let report = try await network.echo(
      [probe.address], from: target.container, count: count, interval: .zero, sizeBytes: Self.echoSizeBytes,
      timeout: .seconds(3))
    guard let line = report.lines.first, line.received > 1, let span = line.span, span > .zero else { return nil }
    return Double((line.received - 1) * Self.echoBits) / (span / .seconds(1))
  }

  private func nothingToMeasure(_ why: String) -> FaultError {
    FaultError(code: .notInjectable, message: "\(kind) cannot be measured, so it is not injected: \(why)")
  }

  private static func names(_ probes: [NetworkPeer]) -> String {
    probes.isEmpty ? "no peers" : probes.map(\.container).joined(separator: ", ")
  }

  /// The numbers of a line of words `name=number`.
  private static func values(_ line: String) -> [Substring: Int] {
    line.split(whereSeparator: \.isWhitespace).reduce(into: [:]) { values, word in
      let parts = word.split(separator: "=")
      if parts.count == 2, let value = Int(parts[1]) { values[parts[0]] = value }
    }
  }
}
