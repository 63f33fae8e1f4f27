import ChaosPlan
import DockerEngine
import Foundation
import TestSupport
import Testing

@testable import DockerEngine
@testable import Stack

/// Two stacks on one engine have no port and no address in common, and where one of them is the engine tells.
struct StackAddressesTests {
  private static func configuration(
    _ project: String, ports: [PublishedPort: Int] = [:], subnet: String? = nil
  ) -> StackConfiguration {
    StackConfiguration(
      home: "/no-such-home", project: project, target: StoreTarget.target, ports: ports, subnet: subnet)
  }

  private static func addresses(
    _ configuration: StackConfiguration, _ flavour: SQLFlavour = .patroni, existing: [ContainerDetail] = [],
    networks: [NetworkSummary] = [], isTaken: (Int) -> Bool = { _ in false }
  ) throws(StackError) -> StackAddresses {
    try StackAddresses(configuration, flavour, existing: existing, networks: networks, isTaken: isTaken)
  }

  private static func container(_ name: String, _ ports: [Int: Int]) -> ContainerDetail {
    var container = StartTests.container(name, tier: "proxy", .exited, exitCode: 137)
    container.publishedPorts = ports
    return container
  }

  private static func network(_ name: String, _ subnet: String, project: String? = nil) -> NetworkSummary {
    NetworkSummary(name: name, project: project, subnets: [subnet])
  }

  // MARK: Ports

  @Test func theUsualProjectIsWhereItIsDocumented() throws {
    let patroni = try Self.addresses(Self.configuration("kvchaos"))
    #expect(patroni.subnet == "172.30.87")
    #expect(patroni.ports[.http] == 8000 && patroni.ports[.rabbitmq3] == 15_674 && patroni.ports[.sql2] == 8009)
    let cockroach = try Self.addresses(Self.configuration("kvchaos"), .cockroach)
    #expect(cockroach.ports[.sql1] == 8080 && cockroach.ports[.sql3] == 8082)
    // A conflict on one of its ports is reported; the stack does not move to other ports.
    #expect(try Self.addresses(Self.configuration("kvchaos")) { $0 == 8000 } == patroni)
  }

  @Test(arguments: SQLFlavour.allCases) func anotherProjectIsElsewhere(flavour: SQLFlavour) throws {
    let usual = try Self.addresses(Self.configuration("kvchaos"), flavour)
    let names = (0..<40).map { "project-\($0)" }
    let all = try names.map { try Self.addresses(Self.configuration($0), flavour) }
    for one in all {
      #expect(Set(one.ports.values).count == PublishedPort.allCases.count)
      #expect(Set(one.ports.values).isDisjoint(with: usual.ports.values) && one.subnet != usual.subnet)
      // A connection of this machine to elsewhere never has one of them.
      #expect(one.ports.values.allSatisfy { (1_024..<32_768).contains($0) })
    }
    // The same each time, and hardly ever the same as another's.
    #expect(try names.map { try Self.addresses(Self.configuration($0), flavour) } == all)
    #expect(Set(all.map(\.ports[.http])).count > 35 && Set(all.map(\.subnet)).count > 30)
  }

  /// Two names may come to the same ports: what is listened on is left out.
  @Test func portsThatAreTakenAreLeftOut() throws {
    let first = try Self.addresses(Self.configuration("other"))
    let taken = try #require(first.ports[.sql3])
    let second = try Self.addresses(Self.configuration("other")) { $0 == taken }
    #expect(Set(second.ports.values).isDisjoint(with: first.ports.values))
    let error = #expect(throws: StackError.self) { try Self.addresses(Self.configuration("other")) { _ in true } }
    #expect(error?.code == .unavailable && error?.message.contains("KVCHAOS_HTTP_PORT") == true)
  }

  /// Also for a container that is down, so that no process listens on its port: a restart must not move the store.
  @Test(arguments: ["kvchaos", "other"]) func aStackThatIsThereStaysWhereItIs(project: String) throws {
    let existing = [Self.container("\(project)-nginx", [8000: 9000]), Self.container("\(project)-sql-2", [8008: 9002])]
    let found = try Self.addresses(Self.configuration(project), existing: existing) { $0 == 9000 }
    #expect(found.ports[.http] == 9000 && found.ports[.sql2] == 9002)
    #expect(found.ports.count == PublishedPort.allCases.count)
    // Of another project with a name that begins so: not this one's.
    let others = [Self.container("\(project)-2-nginx", [8000: 9000])]
    #expect(try Self.addresses(Self.configuration(project), existing: others).ports[.http] != 9000)
  }

  @Test(arguments: ["kvchaos", "other"]) func whatWasAskedForGoesFirst(project: String) throws {
    let configuration = Self.configuration(project, ports: [.http: 8100, .sql1: 8200], subnet: "10.1.2")
    let existing = [Self.container("\(project)-nginx", [8000: 9000])]
    let found = try Self.addresses(configuration, existing: existing) { $0 == 8100 }
    #expect(found.ports[.http] == 8100 && found.ports[.sql1] == 8200 && found.subnet == "10.1.2")
    #expect(found.environment["KVCHAOS_HTTP_PORT"] == "8100" && found.environment["KVCHAOS_SUBNET"] == "10.1.2")
    #expect(found.environment.count == PublishedPort.allCases.count + 1)
  }

  // MARK: The network

  @Test func aNetworkThatIsTakenIsLeftOut() throws {
    let first = try Self.addresses(Self.configuration("other")).subnet
    let second = try Self.addresses(
      Self.configuration("other"), networks: [Self.network("x", "\(first).128/25"), Self.network("six", "fd00::/64")]
    ).subnet
    #expect(second != first && second.hasPrefix("172.30."))
    // Docker may have given all of them to one network.
    let third = try Self.addresses(Self.configuration("other"), networks: [Self.network("x", "172.16.0.0/12")]).subnet
    #expect(third.hasPrefix("10.87."))
    let error = #expect(throws: StackError.self) {
      try Self.addresses(Self.configuration("other"), networks: [Self.network("x", "0.0.0.0/0")])
    }
    #expect(error?.message.contains("KVCHAOS_SUBNET") == true)
  }

  @Test func theNetworkOfAStackThatIsThereStays() throws {
    let existing = [Self.container("other-nginx", [8000: 9000])]
    let networks = [Self.network("other", "10.9.9.0/24", project: "other")]
    #expect(try Self.addresses(Self.configuration("other"), existing: existing, networks: networks).subnet == "10.9.9")
    let error = #expect(throws: StackError.self) {
      try Self.addresses(Self.configuration("other", subnet: "10.1.2"), existing: existing, networks: networks)
    }
    #expect(error?.message.contains("kvchaos down") == true)
  }

  @Test(arguments: [nil, "172.30.87"]) func aNetworkOfAnotherIsNotTaken(subnet: String?) {
    let networks = [Self.network("theirs", "172.30.0.0/16", project: "theirs")]
    let error = #expect(throws: StackError.self) {
      try Self.addresses(Self.configuration("kvchaos", subnet: subnet), networks: networks)
    }
    #expect(error?.message.contains("overlaps that of `theirs`") == true)
  }

  @Test(arguments: [
    ("172.30.87.0/24", "172.30.87.128/25", true), ("172.30.87.0/24", "172.30.0.0/16", true),
    ("172.30.87.0/24", "172.30.88.0/24", false), ("172.30.87.0/24", "0.0.0.0/0", true),
    ("10.0.0.0/8", "11.0.0.0/8", false),
  ])
  func rangesOverlapOrNot(one: String, other: String, overlap: Bool) throws {
    let one = try #require(AddressRange(one))
    let other = try #require(AddressRange(other))
    #expect(one.overlaps(other) == overlap && other.overlaps(one) == overlap)
  }

  @Test(arguments: ["172.30.87", "172.30.87.0/33", "172.30.87.256/24", "fd00::/64", "172.30.87.0/x", ""])
  func whatIsNoRangeIsNone(text: String) {
    #expect(AddressRange(text) == nil)
  }

  // MARK: What was asked for

  @Test(arguments: PublishedPort.allCases) func aPortIsANumber(port: PublishedPort) throws {
    for value in ["http", "0", "65536"] {
      let error = #expect(throws: StackError.self) {
        try StackConfiguration.current(environment: ["KVCHAOS_HOME": Repository.root.path, port.variable: value])
      }
      #expect(error?.message.contains(port.variable) == true)
    }
    let configuration = try StackConfiguration.current(environment: [
      "KVCHAOS_HOME": Repository.root.path, port.variable: "8100",
    ])
    #expect(configuration.ports == [port: 8100])
  }

  @Test(arguments: ["172.30", "172.30.87.0", "172.30.256", "172.30.087", "a.b.c", "172.30."])
  func aNetworkIsThreeOctets(subnet: String) {
    let error = #expect(throws: StackError.self) {
      try StackConfiguration.current(environment: ["KVCHAOS_HOME": Repository.root.path, "KVCHAOS_SUBNET": subnet])
    }
    #expect(error?.message.contains("KVCHAOS_SUBNET") == true)
  }

  /// What runs of two projects write does not meet.
  @Test func resultsAndLedgersAreApart() throws {
    let usual = Self.configuration("kvchaos")
    let other = Self.configuration("other")
    #expect(usual.resultsFolder == "/no-such-home/results" && other.resultsFolder != usual.resultsFolder)
    #expect(usual.ledgerFile != other.ledgerFile)
  }

  // MARK: The compose files

  /// A port that were written down in one of them would be the same for every project.
  @Test(arguments: SQLFlavour.allCases) func theComposeFilesTakeEveryPortFromAVariable(flavour: SQLFlavour) throws {
    let folder = Repository.file("compose").path()
    let text = try ["compose", "sql-\(flavour.rawValue)"].map {
      try String(contentsOfFile: "\(folder)/\($0).yml", encoding: .utf8)
    }.joined()
    let published = text.split(separator: "\n").filter { $0.contains(/^ +ports:/) }.map(String.init)
    let expected = PublishedPort.allCases.map {
      "    ports: [\"127.0.0.1:${\($0.variable):-\($0.usual(flavour))}:\($0.inside(flavour))\"]"
    }
    #expect(published.sorted() == expected.sorted())
    // Nor may a name, or an address.
    let code = text.split(separator: "\n").filter { !$0.trimmingPrefix(" ").hasPrefix("#") }
    for line in code where line.contains("container_name:") {
      #expect(line.contains("container_name: ${KVCHAOS_PROJECT:-kvchaos}-"), "\(line)")
    }
    for line in code where line.contains("172.") {
      #expect(line.replacing("${KVCHAOS_SUBNET:-172.30.87}", with: "").contains("172.") == false, "\(line)")
    }
  }

  // MARK: The engine

  private func with(_ fake: FakeEngine, _ body: (Stack) async throws -> Void) async throws {
    let engine = DockerEngine(project: "p", socketPath: fake.socketPath)
    defer { engine.shutdown() }
    try await body(Stack(Self.configuration("p", ports: [.http: 8000]), engine: engine))
  }

  private static func listed(_ name: String, _ tier: String, _ ports: String) -> String {
    #"""
    {"Id":"\#(name)","Names":["/\#(name)"],"Image":"i","State":"running","Ports":\#(ports),
     "Labels":{"com.docker.compose.project":"p","\#(StackLabel.tier)":"\#(tier)"}}
    """#
  }

  /// Whatever was asked for: the stack may have been brought up with another wish.
  @Test func theStoreIsWhereTheEngineHasPublishedIt() async throws {
    let nginx = Self.listed("p-nginx", "proxy", #"[{"PrivatePort":8000,"PublicPort":20017}]"#)
    try await with(FakeEngine { _ in (200, "[\(nginx)]") }) { stack in
      let url = try await stack.storeURL()
      #expect(url == "http://127.0.0.1:20017")
    }
  }

  @Test(arguments: [(nil, "kvchaos up"), ("p-nginx", "NGINX"), ("p-2-nginx", "kvchaos up")])
  func aStoreThatIsNotPublishedIsNotUp(name: String?, words: String) async throws {
    let listed = name.map {
      Self.listed($0, "proxy", $0 == "p-nginx" ? "[]" : #"[{"PrivatePort":8000,"PublicPort":1}]"#)
    }
    try await with(FakeEngine { _ in (200, "[\(listed ?? "")]") }) { stack in
      let error = await #expect(throws: StackError.self) { try await stack.storeURL() }
      #expect(error?.code == .unavailable && error?.message.contains(words) == true)
    }
  }

  @Test func theBrokersAreAskedWhereTheEngineHasPublishedThem() async throws {
    let brokers = [("p-rabbitmq-1", 20_011), ("p-rabbitmq-2", 20_012)].map {
      Self.listed($0.0, "rabbitmq", #"[{"PrivatePort":5672},{"PrivatePort":15672,"PublicPort":\#($0.1)}]"#)
    }
    let nginx = Self.listed("p-nginx", "proxy", #"[{"PrivatePort":8000,"PublicPort":20017}]"#)
    try await with(FakeEngine { _ in (200, "[\((brokers + [nginx]).joined(separator: ","))]") }) { stack in
      #expect(await stack.managementPorts() == [20_011, 20_012])
    }
  }

  /// An engine without proxy processes listens on none of the ports that its containers have.
  @Test func aPortOfAnotherContainerIsTaken() async throws {
    let first = try Self.addresses(Self.configuration("p"))
    let taken = try #require(first.ports[.http])
    let container = Self.listed("theirs", "proxy", #"[{"PrivatePort":80,"PublicPort":\#(taken)}]"#)
    try await with(FakeEngine { $0 == "GET /containers/json" ? (200, "[\(container)]") : (200, "[]") }) { stack in
      let stack = Stack(Self.configuration("p"), engine: stack.engine)
      let found = try await stack.addresses(.patroni).ports
      #expect(found[.http] != taken)
    }
  }

  @Test func networksAreReadAsTheEngineTellsThem() async throws {
    let json = #"""
      [{"Name":"bridge","Labels":{},"IPAM":{"Driver":"default","Config":[{"Subnet":"172.17.0.0/16","Gateway":"172.17.0.1"}]}},
       {"Name":"host","Labels":null,"IPAM":{"Config":null}},
       {"Name":"p","Labels":{"com.docker.compose.project":"p"},"IPAM":{"Config":[{"Subnet":"172.30.5.0/24"}]}}]
      """#
    try await with(FakeEngine { $0.hasPrefix("GET /networks") ? (200, json) : (200, "[]") }) { stack in
      let networks = try await stack.engine.networks()
      #expect(
        networks == [
          Self.network("bridge", "172.17.0.0/16"), NetworkSummary(name: "host", project: nil, subnets: []),
          Self.network("p", "172.30.5.0/24", project: "p"),
        ])
      // No container is there: the network is taken again if nothing else has it.
      #expect(try await stack.addresses(.patroni).subnet == "172.30.5")
    }
  }
}
