import ChaosPlan
import Foundation
import Technologies

/// `docker compose` on the stack's files.
struct Compose: Sendable {
  let configuration: StackConfiguration
  /// The stack's addresses; `nil`: the defaults of the compose files, for commands that do not depend on them.
  var addresses: StackAddresses?

  /// The merged configuration of the files.
  struct Model: Decodable, Sendable {
    struct Service: Decodable, Sendable {
      var image: String?
      /// `nil` where the service can be scaled: Compose numbers its containers.
      var containerName: String?
      var labels: [String: String]?

      enum CodingKeys: String, CodingKey {
        case image, labels
        case containerName = "container_name"
      }
    }

    var services: [String: Service]

    var images: [String] {
      Set(services.values.compactMap(\.image)).sorted()
    }

    /// The nodes that must exist: for a tier that can be scaled, one, regardless of how many were started.
    func roster(project: String, target: Target) -> Roster {
      let nodes = services.compactMap { name, service in
        target.tier(ofLabels: (service.labels ?? [:]).merging([Target.serviceLabel: name]) { $1 }).map {
          (service.containerName ?? "\(project)-\(name)-1", $0)
        }
      }
      return Roster(Dictionary(nodes) { first, _ in first })
    }
  }

  /// - Throws: `unavailable` when the plugin is missing.
  func checkThere() async throws(StackError) {
    guard try await Tool.docker(["compose", "version", "--short"], on: configuration.engine).succeeded else {
      throw StackError(
        code: .unavailable,
        message: "Docker Compose v2 is not available (`docker compose version` fails); run scripts/bootstrap")
    }
  }

  func model(_ flavour: SQLFlavour) async throws(StackError) -> Model {
    let outcome = try await run(flavour, ["config", "--format", "json"])
    do {
      return try JSONDecoder().decode(Model.self, from: Data(outcome.output.utf8))
    } catch {
      throw StackError(code: .internalFault, message: "the output of `docker compose config` cannot be read: \(error)")
    }
  }

  func up(_ flavour: SQLFlavour) async throws(StackError) {
    var arguments = ["up", "--detach", "--remove-orphans"]
    if let workers = configuration.workers { arguments += ["--scale", "worker=\(workers)"] }
    if let apis = configuration.apis { arguments += ["--scale", "api=\(apis)"] }
    _ = try await run(flavour, arguments)
  }

  /// Scales a service to this many containers, and leaves everything else, and the remaining containers, unchanged.
  func scale(_ service: String, to count: Int, _ flavour: SQLFlavour) async throws(StackError) {
    _ = try await run(
      flavour, ["up", "--detach", "--no-deps", "--no-recreate", "--scale", "\(service)=\(count)", service])
  }

  /// Uses the labels of the existing containers, so that it needs neither the flavour nor the secrets.
  func down() async throws(StackError) {
    let arguments = [
      "compose", "--progress", "quiet", "--project-name", configuration.project, "down", "--volumes",
      "--remove-orphans", "--timeout", "5",
    ]
    let outcome = try await Tool.docker(arguments, on: configuration.engine)
    guard outcome.succeeded else {
      throw StackError(code: .unavailable, message: "`docker compose down` failed: \(outcome.lastWords)")
    }
  }

  private func run(_ flavour: SQLFlavour, _ command: [String]) async throws(StackError) -> Tool.Outcome {
    var arguments = [
      "compose", "--progress", "quiet", "--project-name", configuration.project, "--env-file",
      configuration.secretsFile,
    ]
    for file in configuration.composeFiles(flavour) { arguments += ["--file", file] }
    var environment: [String: String?] = ["KVCHAOS_PROJECT": configuration.project]
    for (name, value) in addresses?.environment ?? [:] { environment[name] = value }
    if let bug = configuration.plantedBug { environment["KV_PLANTED_BUG"] = bug }
    let outcome = try await Tool.docker(arguments + command, on: configuration.engine, environment: environment)
    guard outcome.succeeded else {
      throw StackError(
        code: .unavailable, message: "`docker compose \(command.first ?? "")` failed: \(outcome.lastWords)")
    }
    return outcome
  }
}
