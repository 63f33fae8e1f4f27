import Foundation

/// Disturbs the traffic of a container with a separate nft table in the container's network namespace, and, for delays,
/// with a helper that holds the packets.
///
/// The undo is the table's name and the helper's: both are drawn before anything is changed. A table disappears with
/// its namespace, so a container that is down needs no heal.
public struct NetworkFault: Fault {
  /// One container's part in the fault.
  public struct Part: Sendable, Hashable {
    /// The peers whose packets are affected.
    public var peers: PacketPeers
    /// Running nodes among the peers, to measure the effect by.
    public var probes: [NetworkPeer]

    public init(peers: PacketPeers, probes: [NetworkPeer]) {
      self.peers = peers
      self.probes = probes
    }
  }

  public let kind: FaultKind
  public var effect: PacketEffect
  public var direction: PacketDirection
  /// By the target's container.
  public var parts: [String: Part]

  public init(
    kind: FaultKind, effect: PacketEffect, direction: PacketDirection = .both, parts: [String: Part]
  ) {
    self.kind = kind
    self.effect = effect
    self.direction = direction
    self.parts = parts
  }

  /// A fault that heals what another process of this kind injected: all that this takes is in the undo.
  static func healing(_ kind: FaultKind) -> NetworkFault {
    NetworkFault(kind: kind, effect: .drop(percent: 100), parts: [:])
  }

  /// The words under which the undo keeps what it needs.
  enum Word {
    static let table = "table"
    static let helper = "helper"
    /// `container=address:port,…`: the peers that answered before the fault.
    static let probes = "probes"
    /// The round trip before the fault.
    static let roundTripMicroseconds = "round-trip-us"
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    let network = try environment.namespaces(for: kind)
    guard let part = parts[target.container] else {
      throw FaultError(
        code: .notInjectable, message: "\(kind) has no peers for \(target.container), so it would change nothing")
    }
    if case .addresses(let addresses) = part.peers, addresses.isEmpty {
      throw FaultError(
        code: .notInjectable, message: "\(target.container) has no running peer that \(kind) could cut off")
    }
    if needsHelper { try await checkDelays(network) }
    let identity = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    var undo = Undo(kind: kind, target: target, parameters: [Word.table: RuleTable.prefix + identity])
    if needsHelper { undo.parameters[Word.helper] = "\(target.container)-netfault-\(identity)" }
    let before = try await measureBefore(target, part.probes, network)
    undo.parameters[Word.probes] = Self.text(before.probes)
    undo.parameters[Word.roundTripMicroseconds] = before.roundTrip.map { String(Int($0 / .microseconds(1))) }
    return undo
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let network = try environment.namespaces(for: kind)
    guard let part = parts[undo.target.container], let table = Self.table(undo) else {
      throw FaultError(code: .injectionFailed, message: "\(kind) of \(undo.target.node) was not set up")
    }
    let peers: RuleTable.Peers =
      switch part.peers {
      case .everyone: .network(try await network.network(of: undo.target.container))
      case .addresses(let addresses): .addresses(Set(addresses).sorted())
      }
    try await network.nft(table.creation(effect, direction, peers), in: undo.target.container)
    if let helper = undo.parameters[Word.helper] { try await startHelper(helper, table, undo, environment) }
  }

  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let network = try environment.namespaces(for: kind)
    let probes = Self.probes(undo)
    var seen = ""
    for look in 0..<environment.measureLimit {
      if look > 0 { try await environment.clock.sleep(for: environment.pollInterval) }
      guard let missing = try await missingEffect(undo, probes, network) else { return }
      seen = missing
    }
    throw FaultError(code: .notEffective, message: "\(kind) of \(undo.target.node) has no effect: \(seen)")
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    let status = try await environment.runtime.state(of: undo.target.container).status
    guard status == .running || status == .paused else {
      return .ended("it is \(status.rawValue), and the rules went with its processes")
    }
    let network = try environment.namespaces(for: kind)
    if let table = Self.table(undo), try await !network.ruleTables(in: undo.target.container).contains(table.name) {
      return .ended("the rules of \(table.name) are gone from its network")
    }
    if let helper = undo.parameters[Word.helper], try await network.helper(helper)?.isRunning != true {
      return .ended("the helper that holds its packets has ended")
    }
    return .inEffect
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let network = try environment.namespaces(for: kind)
    // First the helper: without it the kernel lets the packets through (queue bypass), so that nothing waits for it.
    if let helper = undo.parameters[Word.helper] { try await network.removeHelper(helper) }
    guard let table = Self.table(undo), try await hasNamespace(undo, environment) else { return }
    try await network.nft(table.deletion, in: undo.target.container)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let network = try environment.namespaces(for: kind)
    if let helper = undo.parameters[Word.helper], try await network.helper(helper) != nil {
      throw FaultError(code: .notHealed, message: "the helper \(helper) is still there")
    }
    guard let table = Self.table(undo), try await hasNamespace(undo, environment) else { return }
    let tables = try await network.ruleTables(in: undo.target.container)
    guard !tables.contains(table.name) else {
      throw FaultError(code: .notHealed, message: "the rules of \(table.name) are still in \(undo.target.container)")
    }
    for look in 0..<environment.measureLimit {
      if look > 0 { try await environment.clock.sleep(for: environment.pollInterval) }
      if try await isBack(undo, Self.probes(undo), network) { return }
      // Another fault may separate the two: then only the absence of this fault's rules can be shown.
      if try await isExcused(undo, Self.probes(undo), environment) { return }
    }
    throw FaultError(
      code: .notHealed, message: "the rules are gone from \(undo.target.container), but its peers do not answer it")
  }

  // MARK: Parts

  var needsHelper: Bool {
    switch effect {
    case .delay, .throttle: true
    case .drop, .reset, .dropNameQueries: false
    }
  }

  /// A paused container keeps its namespace; one that is down has lost it, with all that was in it.
  private func hasNamespace(_ undo: Undo, _ environment: FaultEnvironment) async throws -> Bool {
    let state = try await environment.runtime.state(of: undo.target.container)
    return state.status == .running || state.status == .paused
  }

  /// Asks the kernel in a namespace where nothing is, so that nothing is changed.
  private func checkDelays(_ network: any NetworkNamespaces) async throws {
    let result = try await network.run(["kv-netfault", "check"], inNetworkOf: nil, timeout: .seconds(20))
    guard result.exitCode == 0 else {
      throw FaultError(code: .notInjectable, message: "\(kind) is not possible on this machine: \(result.lastLine)")
    }
  }

  private func startHelper(
    _ helper: String, _ table: RuleTable, _ undo: Undo, _ environment: FaultEnvironment
  ) async throws {
    let network = try environment.namespaces(for: kind)
    var command = ["kv-netfault", "delay", "--table", table.name, "--chain", RuleTable.delayChain]
    switch effect {
    case .delay(let delay, let jitter):
      command += [
        "--delay-us", String(Int(delay / .microseconds(1))), "--jitter-us", String(Int(jitter / .microseconds(1))),
      ]
    case .throttle(let rate):
      command += ["--bits-per-second", String(rate)]
    case .drop, .reset, .dropNameQueries:
      return
    }
    try await network.startHelper(helper, command, inNetworkOf: undo.target.container)
    for _ in 0..<max(1, environment.pollLimit) {
      guard let state = try await network.helper(helper) else { break }
      if state.isRunning, state.output.contains("ready") { return }
      guard state.isRunning else {
        throw FaultError(
          code: .injectionFailed, message: "the helper that delays packets ended: \(lastLine(of: state.output))")
      }
      try await environment.clock.sleep(for: environment.pollInterval)
    }
    throw FaultError(
      code: .injectionFailed, message: "the helper \(helper), which delays packets, does not become ready")
  }

  private static func table(_ undo: Undo) -> RuleTable? {
    undo.parameters[Word.table].map(RuleTable.init(name:))
  }

  private static func text(_ probes: [NetworkPeer]) -> String {
    probes.map { "\($0.container)=\($0.address):\($0.port ?? 0)" }.joined(separator: ",")
  }

  private static func probes(_ undo: Undo) -> [NetworkPeer] {
    (undo.parameters[Word.probes] ?? "").split(separator: ",").compactMap { text in
      let parts = text.split(whereSeparator: { "=:".contains($0) })
      guard parts.count == 3, let port = Int(parts[2]) else { return nil }
      return NetworkPeer(container: String(parts[0]), address: String(parts[1]), port: port > 0 ? port : nil)
    }
  }
}

extension FaultEnvironment {
  /// How often an effect is measured before it counts as missing: a measurement takes up to a second by itself.
  var measureLimit: Int { min(max(1, pollLimit), 10) }

  func namespaces(for kind: FaultKind) throws(FaultError) -> any NetworkNamespaces {
    guard let network else {
      throw FaultError(
        code: .notInjectable, message: "\(kind) needs the containers' networks, which are not available here")
    }
    return network
  }
}

extension ProgramResult {
  var lastLine: String { Faults.lastLine(of: output) }
}

func lastLine(of text: String) -> String {
  text.split(whereSeparator: \.isNewline).last.map(String.init) ?? "no output"
}
