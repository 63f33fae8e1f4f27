import Faults
import Foundation
import HTTPClient

/// The Docker Engine's HTTP API on its Unix socket, for the containers of one Compose project only.
///
/// Every call that names a container first checks that its label `com.docker.compose.project` is the project's, and
/// then acts on the id that it saw. Other containers are never touched, regardless of the name that a caller gives.
public struct DockerEngine: Sendable {
  /// The Compose project whose containers may be touched.
  public let project: String
  let connection: EngineConnection
  /// Where the engine listens.
  public var socketPath: String { connection.socketPath }

  static let projectLabel = "com.docker.compose.project"
  /// Docker 20.10. Older engines have everything that is used here, but are not tested.
  static let oldestVersion = (1, 41)

  /// - Parameters:
  ///   - project: the Compose project's name.
  ///   - socketPath: of the engine's Unix socket (`EngineEndpoint`).
  public init(project: String, socketPath: String) {
    self.project = project
    connection = EngineConnection(socketPath: socketPath)
  }

  /// Ends the connections. Calls made afterwards fail.
  public func shutdown() {
    connection.client.shutdown()
  }

  // MARK: The engine

  /// The engine's version, e.g. `28.2.2`.
  ///
  /// - Throws: `unavailable` when none answers, `tooOld` below API 1.41.
  @discardableResult
  public func version() async throws(DockerEngineError) -> String {
    let version = try await connection.get(Answers.Version.self, "/version", timeout: .seconds(10))
    let numbers = version.apiVersion.split(separator: ".").compactMap { Int($0) }
    guard numbers.count == 2, (numbers[0], numbers[1]) >= Self.oldestVersion else {
      throw DockerEngineError(
        code: .tooOld,
        message:
          "Docker \(version.version) speaks API \(version.apiVersion), but 1.41 (Docker 20.10) is the oldest that works"
      )
    }
    return version.version
  }

  /// The engine's own id, the same for all clients.
  public func id() async throws(DockerEngineError) -> String {
    try await connection.get(Answers.Info.self, "/info", timeout: .seconds(20)).id
  }

  /// Whether an image of that name is on this machine.
  public func hasImage(_ name: String) async throws(DockerEngineError) -> Bool {
    let response = try await connection.send("GET", "/images/\(name)/json")
    if response.status == 404 { return false }
    try EngineConnection.expect(response, [200], "GET /images/\(name)/json")
    return true
  }

  /// Every container of the stack itself, stopped ones too, by name; not those that faults put beside it (`helpers`).
  public func containers() async throws(DockerEngineError) -> [ContainerSummary] {
    let filters = #"{"label":["\#(Self.projectLabel)=\#(project)"]}"#
    let found = try await connection.get(
      [Answers.Summary].self, "/containers/json", query: [("all", "1"), ("filters", filters)])
    return found.filter { $0.labels[Self.sideLabel] == nil }.map { container in
      ContainerSummary(
        id: container.id, name: Self.bare(container.names.first ?? container.id), image: container.image,
        labels: container.labels, status: ContainerState.Status(rawValue: container.state) ?? .dead,
        publishedPorts: (container.ports ?? []).reduce(into: [:]) { ports, port in
          if let published = port.publicPort { ports[port.privatePort] = published }
        })
    }.sorted { $0.name < $1.name }
  }

  /// Every volume of the project, by name.
  public func volumes() async throws(DockerEngineError) -> [VolumeSummary] {
    let filters = #"{"label":["\#(Self.projectLabel)=\#(project)"]}"#
    let found = try await connection.get(Answers.Volumes.self, "/volumes", query: [("filters", filters)])
    return (found.volumes ?? []).map { VolumeSummary(name: $0.name, labels: $0.labels ?? [:]) }
      .sorted { $0.name < $1.name }
  }

  /// Every network of the engine, also of other projects and of none.
  public func networks() async throws(DockerEngineError) -> [NetworkSummary] {
    try await connection.get([Answers.Network].self, "/networks").map { network in
      NetworkSummary(
        name: network.name, project: network.labels?[Self.projectLabel],
        subnets: (network.ipam?.config ?? []).compactMap(\.subnet))
    }
  }

  /// The ports of the host that running containers have, also those of other projects and of none. An engine without a
  /// proxy process for each may listen on none of them.
  public func publishedPorts() async throws(DockerEngineError) -> Set<Int> {
    let found = try await connection.get([Answers.Summary].self, "/containers/json")
    return Set(found.flatMap { $0.ports ?? [] }.compactMap(\.publicPort))
  }

  /// What happens to the project's containers from now on, until the stream is let go of.
  public func events() async throws(DockerEngineError) -> AsyncThrowingStream<ContainerEvent, any Error> {
    let filters = #"{"type":["container"],"label":["\#(Self.projectLabel)=\#(project)"]}"#
    let response = try await connection.stream("GET", "/events", query: [("filters", filters)])
    guard response.status == 200 else {
      throw DockerEngineError(code: .refused, message: "Docker answered \(response.status) to GET /events")
    }
    let (stream, continuation) = AsyncThrowingStream<ContainerEvent, any Error>.makeStream()
    let task = Task {
      do {
        var pending: [UInt8] = []
        for try await piece in response.body {
          pending += piece
          while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
            let event = try Answers.decode(Answers.Event.self, Data(pending[..<end]))
            pending.removeSubrange(...end)
            continuation.yield(
              ContainerEvent(
                action: event.action, containerID: event.actor.id,
                containerName: event.actor.attributes?["name"] ?? event.actor.id, timeNanoseconds: event.timeNano))
          }
        }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    continuation.onTermination = { _ in task.cancel() }
    return stream
  }

  // MARK: One container

  /// A container of the project, by name or id.
  ///
  /// - Throws: `notFound`; `foreignContainer` if it is not the project's.
  public func inspect(_ container: String) async throws(DockerEngineError) -> ContainerDetail {
    let found = try await connection.get(
      Answers.Inspection.self, "/containers/\(EngineConnection.escaped(container))/json", timeout: .seconds(10))
    let labels = found.config.labels ?? [:]
    guard labels[Self.projectLabel] == project else {
      throw DockerEngineError(
        code: .foreignContainer,
        message: "container \(container) does not belong to the Compose project \(project), so it is not touched")
    }
    return ContainerDetail(
      id: found.id, name: Self.bare(found.name), hostname: found.config.hostname ?? "", labels: labels,
      state: ContainerState(
        status: ContainerState.Status(rawValue: found.state.status) ?? .dead,
        health: found.state.health.flatMap { ContainerState.Health(rawValue: $0.status) },
        exitCode: ["exited", "dead", "restarting"].contains(found.state.status) ? found.state.exitCode : nil,
        startedAt: found.state.startedAt),
      restartCount: found.restartCount ?? 0, wasOutOfMemory: found.state.oomKilled ?? false,
      networks: (found.networkSettings?.networks ?? [:]).compactMapValues { network in
        guard let address = network.ipAddress, !address.isEmpty else { return nil }
        return ContainerNetwork(
          address: address, prefixLength: network.ipPrefixLen ?? 32, gateway: network.gateway ?? "")
      }, publishedPorts: found.publishedPorts,
      healthOutput: found.state.health?.log?.last?.output, healthCommand: found.config.healthcheck?.command)
  }

  /// One variable of a container's environment; `nil` where it has none of that name. Only this one leaves the engine's
  /// answer, which has passwords in it too.
  public func variable(_ name: String, of container: String) async throws(DockerEngineError) -> String? {
    let id = try await inspect(container).id
    let found = try await connection.get(Answers.Environment.self, "/containers/\(id)/json").config.env ?? []
    return found.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  /// The processor time that the container has used since it started, all of its processes together, in nanoseconds.
  public func processorNanoseconds(of container: String) async throws(DockerEngineError) -> UInt64 {
    let id = try await inspect(container).id
    let statistics = try await connection.get(
      Answers.Statistics.self, "/containers/\(id)/stats", query: [("stream", "0"), ("one-shot", "1")])
    return statistics.processor.usage.total
  }

  static func bare(_ name: String) -> String {
    name.hasPrefix("/") ? String(name.dropFirst()) : name
  }
}

extension DockerEngine {
  /// Every container of the project in detail, asked side by side; one that is removed meanwhile is left out.
  public func details() async throws(DockerEngineError) -> [ContainerDetail] {
    let found = try await containers()
    let results = await withTaskGroup(of: Result<ContainerDetail, DockerEngineError>.self) { group in
      for container in found {
        group.addTask {
          do throws(DockerEngineError) {
            return .success(try await inspect(container.id))
          } catch {
            return .failure(error)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var details: [ContainerDetail] = []
    for result in results {
      do throws(DockerEngineError) {
        details.append(try result.get())
      } catch {
        guard error.isMissingContainer else { throw error }
      }
    }
    return details.sorted { $0.name < $1.name }
  }
}
