import DockerEngine
import Foundation
import HTTPClient
import Report
import Stack
import Synchronization
import Testing
import Workload

extension Scenarios {
  /// Several checkouts on one machine, and several stacks on one engine, do not disturb each other.
  @Suite(.serialized) struct SeveralStacks {
    private let results = FileManager.default.temporaryDirectory.appending(path: "kvchaos-\(UUID().uuidString)").path()

    /// The state of each container: a change of id, start or state means that something happened to it.
    private static func containers(_ stack: Stack) async throws -> Set<String> {
      Set(try await stack.status().nodes.map { "\($0.container) \($0.id) \($0.state.status) \($0.state.startedAt)" })
    }

    // MARK: Two clones

    private static let longFaults = """
      name: two-clones
      description: Is a run left alone by another checkout?
      workload: { kind: register, clients: 2, keys: 8, rate: 20/s }
      steady-state: { before: 1s, after: 2s, hypothesis: { availability: ">= 0%" } }
      faults:
        - pause: { tier: redis, role: replica }
          duration: 4m
        - isolate: { tier: worker }
          duration: 4m
        - kill: { tier: api }
          duration: 4m

      """

    /// A second checkout: the same files in another place.
    private func clone() throws -> String {
      let clone = "\(results)/clone"
      try FileManager.default.createDirectory(atPath: clone, withIntermediateDirectories: true)
      for part in ["compose", "scripts", "chaos"] {
        try FileManager.default.copyItem(atPath: "\(Laboratory.home)/\(part)", toPath: "\(clone)/\(part)")
      }
      return clone
    }

    /// Another checkout's commands are refused while a run goes on, and nothing of the run is healed or removed by
    /// them.
    @Test(.timeLimit(.minutes(10))) func anotherCheckoutLeavesARunAlone() async throws {
      let stack = Stack(try Laboratory.configuration())
      try await stack.up { _ in }
      let plan = try RunningProcess.write(Self.longFaults, as: "two-clones", in: results)
      let clone = try clone()
      let run = try await RunningProcess.runWithFaultsOpen(plan, results: results)
      let before = try await Self.containers(stack)
      let open = Set(try await stack.residue())

      let commands = [
        ["heal"], ["down"], ["down", "--foreign"], ["up"], ["scale", "worker", "2"],
        ["run", plan, "--results", "\(results)/clone-results"],
      ]
      for command in commands {
        let refused = try await RunningProcess(command, environment: ["KVCHAOS_HOME": clone]).ending()
        #expect(refused.status == 69, "\(command): \(refused)")
        #expect(refused.text.contains("is using the stack"), "\(command): \(refused)")
      }
      #expect(try await Self.containers(stack) == before)
      #expect(Set(open.map(\.kind)) == [.paused, .down, .rules])
      #expect(Set(try await stack.residue()) == open)

      run.signal(SIGINT)
      let ending = try await run.ending()
      #expect(ending.status == 130, "\(ending)")
      let report = try ReportFiles(folder: "\(results)/two-clones/latest").report
      // Each was in effect until its own run took it back.
      #expect(report.faults.count == 3, "\(report.faults)")
      #expect(report.faults.allSatisfy { $0.healedAt != nil && $0.problems.isEmpty }, "\(report.faults)")
      #expect(report[check: "faults-healed"]?.verdict == .holds)
      #expect(report[check: "residue"]?.verdict == .holds)

      // The run is over, and the stack is still the first checkout's.
      let whole = try await Self.containers(stack)
      for command in [["heal"], ["down"]] {
        let refused = try await RunningProcess(command, environment: ["KVCHAOS_HOME": clone]).ending()
        #expect(refused.status == 69, "\(command): \(refused)")
        #expect(refused.text.contains("was brought up from"), "\(command): \(refused)")
      }
      #expect(try await Self.containers(stack) == whole)
      #expect(try await stack.residue().isEmpty)
    }

    // MARK: Two projects

    private static let quiet = """
      name: two-projects-quiet
      description: Is a stack left alone by what strikes the one beside it?
      workload: { kind: register, clients: 2, keys: 4, rate: 5/s, ack: committed, read: linearizable }
      steady-state: { before: 60s, after: 2s, hypothesis: { availability: ">= 99%" } }
      faults: []
      expect: { lost-writes: 0, never-written-reads: 0, linearizable: true }

      """
    private static let struck = """
      name: two-projects-struck
      description: Does a plan strike its own stack and no other?
      stack: { workers: 2, apis: 1 }
      workload: { kind: register, clients: 2, keys: 4, rate: 5/s }
      steady-state: { before: 2s, after: 3s, hypothesis: { availability: ">= 0%" } }
      safety: { allow-majority-loss: true }
      faults:
        - kill: { tier: redis, role: master }
          duration: 6s
        - pause: { tier: worker, mode: all }
          at: 1s
          duration: 5s
        - isolate: { tier: rabbitmq, role: follower }
          at: 2s
          duration: 5s
      expect: { lost-writes: 0, never-written-reads: 0 }

      """

    /// Events of those of a project's containers that run now, except for health checks and inspections. Containers
    /// that a run starts to look for residue, and those of set-up, come and go.
    private final class Events: Sendable {
      private let seen = Mutex<[String]>([])
      private let task = Mutex<Task<Void, any Error>?>(nil)

      init(of stack: Stack) async throws {
        let running = Set(try await stack.status().nodes.filter { $0.state.status == .running }.map(\.container))
        let stream = try await stack.engine.events()
        let task = Task {
          for try await event in stream
          where running.contains(event.containerName)
            && !["exec_", "health_status"].contains(where: event.action.hasPrefix)
          {
            self.seen.withLock { $0.append("\(event.action) \(event.containerName)") }
          }
        }
        self.task.withLock { $0 = task }
      }

      var all: [String] { seen.withLock { $0 } }
      func end() { task.withLock { $0?.cancel() } }
    }

    @Test(.timeLimit(.minutes(20))) func twoStacksAreSideBySide() async throws {
      let first = Stack(try Laboratory.configuration())
      try await first.up { _ in }
      // A name that begins with the other's is the hardest to tell apart.
      let project = "\(first.configuration.project)-2"
      // Ports that were set for the first stack do not apply to this one.
      let environment = Dictionary(uniqueKeysWithValues: PublishedPort.allCases.map { ($0.variable, "") })
        .merging(["KVCHAOS_PROJECT": project, "KVCHAOS_SUBNET": ""]) { $1 }
      let second = Stack(try Laboratory.configuration(environment))
      do {
        try await sideBySide(first, second, environment)
      } catch {
        _ = try await RunningProcess(["down"], environment: environment).ending()
        throw error
      }
      let before = try await Self.containers(first)
      let down = try await RunningProcess(["down"], environment: environment).ending()
      #expect(down.status == 0, "\(down)")
      #expect(try await second.engine.containers().isEmpty)
      #expect(try await second.engine.volumes().isEmpty)
      #expect(try await Self.containers(first) == before)
      #expect(try await RunningProcess(["status"]).ending().status == 0)
    }

    private func sideBySide(_ first: Stack, _ second: Stack, _ environment: [String: String]) async throws {
      let up = try await RunningProcess(
        ["up", "--workers", "2", "--apis", "1", "--limit", "360"], environment: environment
      )
      .ending(within: .seconds(400))
      #expect(up.status == 0, "\(up)")
      // At once: a write was committed, so that a worker has a queue.
      let nodes = try await second.status().nodes
      #expect(nodes.contains { $0.roles.contains(.activeConsumer) }, "\(nodes.map(\.detail))")
      let url = try await second.storeURL()
      #expect(up.text.contains(url), "\(up)")
      #expect(try await first.storeURL() != url)
      let status = try await RunningProcess(["status"], environment: environment).ending()
      #expect(status.status == 0 && status.text.contains(url), "\(status)")
      try await expectOwnData(first, second)

      let before = try await Self.containers(first)
      let ofFirst = try await Events(of: first)
      let ofSecond = try await Events(of: second)
      let quietPlan = try RunningProcess.write(Self.quiet, as: "quiet", in: results)
      let struckPlan = try RunningProcess.write(Self.struck, as: "struck", in: results)
      let quiet = try RunningProcess(["run", quietPlan, "--results", "\(results)/first"])
      try await quiet.waitFor("== steady before")
      let struck = try await RunningProcess(
        ["run", struckPlan, "--results", "\(results)/second"], environment: environment
      ).ending(within: .seconds(240))
      #expect(struck.status == 0, "\(struck)")
      // Otherwise the faults would have struck without traffic on the other stack.
      #expect(!quiet.text.contains("== steady after"), "\(quiet.text)")
      let undisturbed = try await quiet.ending(within: .seconds(240))
      #expect(undisturbed.status == 0, "\(undisturbed)")
      ofFirst.end()
      ofSecond.end()

      #expect(ofFirst.all.isEmpty, "\(ofFirst.all)")
      for word in ["kill", "pause", "unpause", "start"] {
        #expect(ofSecond.all.contains { $0.hasPrefix("\(word) ") }, "\(word): \(ofSecond.all)")
      }
      #expect(try await Self.containers(first) == before)
      let report = try ReportFiles(folder: "\(results)/first/two-projects-quiet/latest").report
      #expect(report.verdict == .holds && report.faults.isEmpty && report.lostWrites.isEmpty, "\(report.summary)")
      let other = try ReportFiles(folder: "\(results)/second/two-projects-struck/latest").report
      #expect(other.faults.count == 3, "\(other.faults)")
      #expect(other.faults.allSatisfy { $0.healedAt != nil && $0.problems.isEmpty }, "\(other.faults)")
      for stack in [first, second] {
        let residue = try await stack.residue(since: try await stack.composedRoster())
        #expect(residue.isEmpty, "\(residue)")
      }
    }

    /// A write to one store is not visible in the other.
    private func expectOwnData(_ first: Stack, _ second: Stack) async throws {
      let http = HTTPClient()
      defer { http.shutdown() }
      let key = "side-\(UUID().uuidString.lowercased())"
      let headers = StoreToken.headers + [(name: "Content-Type", value: "application/json")]
      let written = try await http.send(
        HTTPRequest(
          method: "PUT", url: "\(try await second.storeURL())/store?ack=committed", headers: headers,
          body: Array(#"{"key":"\#(key)","value":"v"}"#.utf8), timeoutMilliseconds: 20_000))
      #expect(written.status == 200, "\(written.text)")
      for (stack, status) in [(second, 200), (first, 404)] {
        let read = try await http.send(
          HTTPRequest(
            method: "GET", url: "\(try await stack.storeURL())/store/\(key)?read=linearizable",
            headers: StoreToken.headers, timeoutMilliseconds: 20_000))
        #expect(read.status == status, "\(stack.configuration.project): \(read.text)")
      }
    }
  }
}
