import Faults
import Testing

@testable import DockerEngine
@testable import Stack

/// Data that the secrets at hand do not open is told apart before a service fails to log in.
struct LeftoversTests {
  static func volume(_ id: String?) -> VolumeSummary {
    VolumeSummary(name: "kvchaos_sql-1", labels: id.map { [StackLabel.secrets: $0] } ?? [:])
  }

  static func container(_ status: ContainerState.Status) -> ContainerSummary {
    ContainerSummary(id: "1", name: "kvchaos-sql-1", image: "", labels: [:], status: status, publishedPorts: [:])
  }

  @Test func ownDataIsKept() {
    #expect(Leftovers.found(volumes: [], containers: [], secretsID: "a") == .none)
    #expect(
      Leftovers.found(volumes: [Self.volume("a")], containers: [Self.container(.exited)], secretsID: "a") == .none)
    #expect(
      Leftovers.found(volumes: [Self.volume("a")], containers: [Self.container(.running)], secretsID: "a") == .none)
  }

  @Test(arguments: ["b", nil])
  func dataOfOtherSecretsIsFound(id: String?) {
    let volumes = [Self.volume("a"), Self.volume(id)]
    #expect(Leftovers.found(volumes: volumes, containers: [], secretsID: "a") == .stopped)
    #expect(
      Leftovers.found(volumes: volumes, containers: [Self.container(.exited)], secretsID: "a") == .stopped)
    for status in [ContainerState.Status.running, .paused] {
      #expect(
        Leftovers.found(
          volumes: volumes, containers: [Self.container(.exited), Self.container(status)], secretsID: "a") == .running)
    }
  }
}
