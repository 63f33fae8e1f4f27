import ChaosPlan
import DockerEngine

/// Where a stack is on this machine: the ports of 127.0.0.1 that it publishes, and its network. Two stacks on one
/// engine share none of it.
struct StackAddresses: Sendable, Hashable {
  static let usualSubnet = "172.30.87"
  /// Below the ports that systems give to outgoing connections: one of those must not take a port while its container
  /// is down.
  private static let pickedPorts = 20_000..<32_000
  private static let portsApart = 10

  var ports: [PublishedPort: Int]
  /// The first three octets of a /24.
  var subnet: String

  /// For the compose files.
  var environment: [String: String] {
    var environment = ["KVCHAOS_SUBNET": subnet]
    for (port, number) in ports { environment[port.variable] = String(number) }
    return environment
  }

  /// Finds the addresses of a stack that is to be brought up, or is there. Pure, but for `isTaken`.
  ///
  /// Requested addresses come first, then those that the stack already has. For the rest, the project `kvchaos` gets
  /// the defaults, and every other project gets free ones, the same each time if possible.
  ///
  /// - Parameters:
  ///   - existing: the project's containers, those that are down among them.
  ///   - networks: all of the engine's.
  ///   - isTaken: whether something has a port of 127.0.0.1.
  /// - Throws: `unavailable` when no addresses are left, a network of another project has those that were asked for, or
  ///   the stack that is there has another network than what was asked for.
  init(
    _ configuration: StackConfiguration, _ flavour: SQLFlavour, existing: [ContainerDetail],
    networks: [NetworkSummary], isTaken: (Int) -> Bool
  ) throws(StackError) {
    let project = configuration.project
    var ports = Self.ports(of: existing, project: project, flavour)
    let own = Set(ports.values)
    for (port, number) in configuration.ports { ports[port] = number }
    let open = PublishedPort.allCases.filter { ports[$0] == nil }
    if project == StackConfiguration.usualProject {
      for port in open { ports[port] = port.usual(flavour) }
    } else if !open.isEmpty {
      let used = own.union(ports.values)
      let first = try Self.freeBlock(project, open) { used.contains($0) || isTaken($0) }
      for port in open { ports[port] = first + port.offset }
    }
    self.ports = ports
    subnet = try Self.subnet(configuration, isUp: !existing.isEmpty, networks)
  }

  private static func ports(
    of containers: [ContainerDetail], project: String, _ flavour: SQLFlavour
  ) -> [PublishedPort: Int] {
    let published = Dictionary(containers.map { ($0.name, $0.publishedPorts) }) { first, _ in first }
    return PublishedPort.allCases.reduce(into: [:]) { ports, port in
      ports[port] = published["\(project)-\(port.node)"]?[port.inside(flavour)]
    }
  }

  /// The first port of a run of ports of which all that are needed are free: always the same for one project, where
  /// they are.
  private static func freeBlock(
    _ project: String, _ needed: [PublishedPort], isTaken: (Int) -> Bool
  ) throws(StackError) -> Int {
    let count = pickedPorts.count / portsApart
    let start = Int(hash(project) % UInt64(count))
    for number in 0..<count {
      let first = pickedPorts.lowerBound + (start + number) % count * portsApart
      if needed.allSatisfy({ !isTaken(first + $0.offset) }) { return first }
    }
    throw StackError(
      code: .unavailable,
      message: "no ports of 127.0.0.1 are free from \(pickedPorts.lowerBound) to \(pickedPorts.upperBound - 1); set "
        + PublishedPort.allCases.map(\.variable).joined(separator: ", "))
  }

  private static func subnet(
    _ configuration: StackConfiguration, isUp: Bool, _ networks: [NetworkSummary]
  ) throws(StackError) -> String {
    let project = configuration.project
    let wanted = configuration.subnet
    // Compose names the network as the project.
    let own = networks.first { $0.project == project && $0.name == project }?.subnets.first.flatMap(threeOctets)
    if isUp, let own {
      guard let wanted, wanted != own else { return own }
      throw StackError(
        code: .unavailable,
        message: "the stack `\(project)` exists already, on \(own).0/24, but KVCHAOS_SUBNET is \(wanted); run "
          + "`kvchaos down` first")
    }
    let others = networks.filter { $0.project != project || $0.name != project }
    func holder(of subnet: String) -> NetworkSummary? {
      guard let range = AddressRange("\(subnet).0/24") else { return nil }
      return others.first { $0.subnets.contains { AddressRange($0)?.overlaps(range) == true } }
    }
    if let fixed = wanted ?? (project == StackConfiguration.usualProject ? usualSubnet : nil) {
      guard let holder = holder(of: fixed) else { return fixed }
      throw StackError(
        code: .unavailable,
        message: "the network \(fixed).0/24 overlaps that of `\(holder.name)`; set KVCHAOS_SUBNET to another (three "
          + "octets)")
    }
    if let own, holder(of: own) == nil { return own }
    let start = Int(hash(project) >> 32 & 255)
    for range in ["172.30", "10.87"] {
      for number in 0..<256 {
        let subnet = "\(range).\((start + number) % 256)"
        if subnet != usualSubnet, holder(of: subnet) == nil { return subnet }
      }
    }
    throw StackError(
      code: .unavailable,
      message: "no network is free for the stack `\(project)`; set KVCHAOS_SUBNET to the first three octets of one")
  }

  private static func threeOctets(_ subnet: String) -> String? {
    let octets = subnet.split(separator: "/").first?.split(separator: ".") ?? []
    return octets.count == 4 ? octets.dropLast().joined(separator: ".") : nil
  }

  /// FNV-1a, and a mixing step, since names that differ in their last letter alone have nearly the same upper bits
  /// without it. The same in every process, unlike `Hasher`.
  private static func hash(_ text: String) -> UInt64 {
    var hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return hash ^ hash >> 33
  }
}

extension PublishedPort {
  /// Its place among the ports of one project.
  fileprivate var offset: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A range of IPv4 addresses, as `172.30.87.0/24`.
struct AddressRange: Sendable, Hashable {
  private let bounds: ClosedRange<UInt32>

  /// `nil` for everything else, IPv6 among it.
  init?(_ text: String) {
    let halves = text.split(separator: "/")
    let octets = halves.first?.split(separator: ".").compactMap { UInt8($0) } ?? []
    guard halves.count == 2, octets.count == 4, let length = UInt32(halves[1]), length <= 32 else { return nil }
    let address = octets.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let mask = length == 0 ? 0 : UInt32.max << (32 - length)
    bounds = (address & mask)...(address & mask | ~mask)
  }

  func overlaps(_ other: AddressRange) -> Bool { bounds.overlaps(other.bounds) }
}

extension Stack {
  /// Where the stack is, or is to be.
  ///
  /// - Throws: `unavailable` when the engine does not answer, and as `StackAddresses`.
  func addresses(_ flavour: SQLFlavour) async throws(StackError) -> StackAddresses {
    let containers = try await details()
    let networks = try await networks()
    let published = try await publishedPorts()
    return try StackAddresses(configuration, flavour, existing: containers, networks: networks) { port in
      published.contains(port) || PortCheck.isTaken(port)
    }
  }

  /// The store's address, without a slash at the end, as the engine has published it.
  ///
  /// - Throws: `unavailable` when the engine does not answer, or NGINX does not run.
  public func storeURL() async throws(StackError) -> String {
    let nginx = try await summaries().first { $0.name == "\(configuration.project)-\(PublishedPort.http.node)" }
    guard let port = nginx?.publishedPorts[PublishedPort.store] else {
      throw StackError(
        code: .unavailable,
        message: nginx == nil
          ? "the stack `\(configuration.project)` is not up; run `kvchaos up`"
          : "NGINX of the stack `\(configuration.project)` does not run; run `kvchaos heal`, then `kvchaos up`")
    }
    return Self.storeURL(port: port)
  }

  static func storeURL(port: Int) -> String { "http://127.0.0.1:\(port)" }
}
