import Faults
import Foundation
import TestSupport
import Testing

/// Every command that changes the stack is refused while another process uses it, before it asks the engine for
/// anything.
@Suite(.timeLimit(.minutes(2)))
struct StackInUseTests {
  private static let home = Repository.root.path()

  @Test(
    arguments: [
      ["up"], ["down"], ["down", "--foreign"], ["heal"], ["scale", "worker", "2"], ["autoscale"],
      ["run", "\(home)/chaos/api-kill.yml"],
      ["cap", "--cell", "redis-plain-register-split", "--again"],
      ["detect", "--bug", "partial-batch"],
    ])
  func aCommandIsRefused(arguments: [String]) throws {
    let id = "TEST:\(UUID().uuidString)"
    let engine = FakeEngine { request in
      request.contains("/info") ? (200, #"{"ID":"\#(id)"}"#) : (200, "[]")
    }
    let folder = try TemporaryFolder()
    // A name that no stack has: a build that ignores what it is told here must not find one.
    let project = "kvchaos-test-\(UUID().uuidString.prefix(8).lowercased())"
    let lock = try ProjectLock(engine: id, project: project, purpose: "kvchaos run x.yml in /home/a")
    defer { try? FileManager.default.removeItem(atPath: lock.path) }
    let writesResults = ["run", "cap", "detect"].contains(arguments[0])
    let results = writesResults ? ["--results", folder.url.path() + "/results"] : []
    let run = try ProgramRun(
      arguments + results,
      environment: [
        "DOCKER_HOST": "unix://\(engine.socketPath)", "KVCHAOS_HOME": Self.home, "KVCHAOS_PROJECT": project,
        "KVCHAOS_SQL": "patroni",
      ])
    #expect(run.status == 69, "\(run)")
    #expect(run.errors.contains("kvchaos run x.yml in /home/a (process \(getpid())) is using the stack"), "\(run)")
    #expect(engine.requests.allSatisfy { $0.hasPrefix("GET ") }, "\(engine.requests)")
    withExtendedLifetime(lock) {}
  }
}
