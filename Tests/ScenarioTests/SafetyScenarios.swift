import ChaosPlan
import DockerEngine
import Faults
import Foundation
import Orchestrator
import Report
import Stack
import Testing

extension Scenarios {
  /// However a run ends, no residue is left, and nothing outside the stack is struck.
  @Suite(.serialized) struct Safety {
    /// Faults with an undo in the ledger, in the engine and in a network, that the plan would leave open for minutes.
    private static let plan = """
      name: safety
      description: Is anything left when the run is ended in the middle?
      workload: { kind: register, clients: 4, keys: 8, rate: 40/s }
      steady-state: { before: 1s, after: 1s, hypothesis: { availability: ">= 0%" } }
      faults:
        - pause: { tier: redis, role: replica }
          duration: 3m
        - isolate: { tier: worker }
          duration: 3m
        - kill: { tier: api }
          duration: 3m

      """

    private let results = FileManager.default.temporaryDirectory.appending(path: "kvchaos-\(UUID().uuidString)").path()

    /// Starts `kvchaos run` on the plan, and waits until every fault is in effect.
    private func runWithFaultsOpen(prelude: String = ":", plan: String = plan) async throws -> RunningProcess {
      let file = try RunningProcess.write(plan, as: "safety", in: results)
      return try await RunningProcess.runWithFaultsOpen(file, results: results, prelude: prelude)
    }

    private func expectNothingLeft() async throws {
      let stack = Stack(try Laboratory.configuration())
      let residue = try await stack.residue()
      #expect(residue.isEmpty, "\(residue)")
      let ledger = try UndoLedger(path: stack.configuration.ledgerFile)
      #expect(await ledger.openEntries.isEmpty)
    }

    private func report() throws -> RunReport {
      try ReportFiles(folder: "\(results)/safety/latest").report
    }

    @Test(.timeLimit(.minutes(5)), arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalHealsThenReports(signal: Int32) async throws {
      let run = try await runWithFaultsOpen()
      run.signal(signal)
      let ending = try await run.ending()
      #expect(ending.status == 130 && !ending.wasSignalled, "\(ending)")
      let report = try report()
      #expect(report.interruption?.contains("SIG") == true)
      #expect(report.faults.count == 3 && report.faults.allSatisfy { $0.healedAt != nil }, "\(report.faults)")
      #expect(report[check: "residue"]?.verdict == .holds)
      try await expectNothingLeft()
    }

    /// The second Ctrl-C ends the run at once, in any state; the ledger has the open undos.
    @Test(.timeLimit(.minutes(5))) func theSameSignalAgainEndsItAtOnce() async throws {
      let run = try await runWithFaultsOpen()
      run.signal(SIGINT)
      try await run.waitFor("SIGINT: healing")
      run.signal(SIGINT)
      let ending = try await run.ending(within: .seconds(5))
      #expect(ending.status == SIGINT && ending.wasSignalled, "\(ending)")
      let path = try Laboratory.configuration().ledgerFile
      #expect(try await !UndoLedger(path: path).openEntries.isEmpty)
      let heal = try await RunningProcess(["heal"]).ending()
      #expect(heal.status == 0, "\(heal)")
      #expect(heal.text.contains("healed: "), "\(heal)")
      try await expectNothingLeft()
    }

    /// The history's disk is full in the middle of a fault: the run aborts, heals, and says so.
    @Test(.timeLimit(.minutes(5))) func aRunThatFailsHealsToo() async throws {
      let plan = Self.plan.replacing("rate: 40/s", with: "rate: 60/s")
      // This many KiB in one file, and an error for more.
      let run = try await runWithFaultsOpen(prelude: "trap '' XFSZ; ulimit -f 512", plan: plan)
      let ending = try await run.ending()
      #expect(ending.status == 70 && !ending.wasSignalled, "\(ending)")
      let report = try report()
      #expect(report.faults.count == 3 && report.faults.allSatisfy { $0.healedAt != nil }, "\(report.faults)")
      #expect(report[check: "run"]?.verdict == .unknown)
      try await expectNothingLeft()
    }

    /// Another run left residue, and its ledger is lost: the next run removes everything that certainly belongs to this
    /// suite.
    @Test(.timeLimit(.minutes(5))) func theNextRunSweepsWhatNoLedgerKnows() async throws {
      let run = try await runWithFaultsOpen()
      run.signal(SIGKILL)
      _ = try await run.ending()
      let stack = Stack(try Laboratory.configuration())
      try FileManager.default.removeItem(atPath: stack.configuration.ledgerFile)
      #expect(Set(try await stack.residue().map(\.kind)) == [.paused, .down, .rules])
      let next = """
        name: safety
        description: Is the stack whole at the first operation?
        workload: { kind: register, clients: 2, keys: 4, rate: 20/s }
        steady-state: { before: 2s, after: 1s }
        faults: []

        """
      let file = try RunningProcess.write(next, as: "safety", in: results)
      let ending = try await RunningProcess(["run", file, "--results", results]).ending()
      #expect(ending.status == 0, "\(ending)")
      #expect(ending.text.contains("removed: the rules of kvchaos_"), "\(ending)")
      try await expectNothingLeft()
    }

    /// Containers beside the stack, of another project or of none, are struck by no fault of the catalogue.
    @Test(.timeLimit(.minutes(5)), arguments: ["com.docker.compose.project=not-kvchaos", "any=label"])
    func aContainerOfSomebodyElseIsNotStruck(label: String) async throws {
      let stack = Stack(try Laboratory.configuration())
      let name = "not-of-kvchaos-\(UInt32.random(in: 0..<1_000_000))"
      try docker("run", "--detach", "--name", name, "--label", label, "kvchaos/netfault:local", "sleep", "600")
      defer { _ = try? docker("rm", "--force", name) }
      let before = try docker("inspect", name)
      let ledger = try UndoLedger(path: results + "/undo.jsonl")
      let injector = stack.injector(ledger)
      let target = FaultTarget(node: "stranger", container: name)
      let peers = [name: NetworkFault.Part(peers: .addresses(["172.30.87.11"]), probes: [])]
      let faults =
        FaultCatalogue.standard.kinds.compactMap(FaultCatalogue.standard.fault(of:))
        + FaultCatalogue.definitions.filter(\.isOfNetwork).map {
          NetworkFault(kind: $0.kind, effect: .drop(percent: 100), parts: peers)
        }
      for fault in faults {
        await #expect(throws: FaultError.self, "\(fault.kind)") { try await injector.inject(fault, into: [target]) }
        // Nor is it healed, as a manipulated ledger might request.
        let undo = Undo(kind: fault.kind, target: target, parameters: ["table": "kvchaos_1", "helper": name])
        try? await fault.heal(undo, in: injector.environment)
      }
      #expect(await ledger.openEntries.isEmpty)
      #expect(try docker("inspect", name) == before)
    }

    @discardableResult
    private func docker(_ arguments: String...) throws -> String {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["docker"] + arguments
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let data = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "docker \(arguments)")
      return String(decoding: data, as: UTF8.self)
    }
  }
}
