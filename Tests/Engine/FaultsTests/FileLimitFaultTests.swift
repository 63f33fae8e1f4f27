import Faults
import Foundation
import Testing

@Suite("File descriptors used up")
struct FileLimitFaultTests {
  private let runtime = FakeRuntime(["p-a": .running])
  private let target = FaultTarget(node: "a", container: "p-a")

  /// A server that answers unless it is limited, where limits are obeyed.
  private func injector(limited: FakeValue, obeys: FakeValue = FakeValue(1)) throws -> FaultInjector {
    let path = NSTemporaryDirectory() + "kvchaos-files-\(UUID().uuidString)/undo.jsonl"
    let inside = FakeInside { script, _ in
      if script.contains("free + ") { limited.set(obeys.value == 1 ? 3 : 0) }
      if script.contains("--nofile=\"$hard\"") { if obeys.value == 1 { limited.set(0) } }
      if script.contains("echo \"limited=") { return CommandResult(exitCode: 0, output: "limited=\(limited.value)\n") }
      return CommandResult(exitCode: 0, output: limited.value == 0 ? "answers\n" : "silent\n")
    }
    return FaultInjector(
      ledger: try UndoLedger(path: path),
      environment: FaultEnvironment(
        runtime: runtime, inside: inside, clock: ImmediateClock(), pollLimit: 3, healAttemptLimit: 2))
  }

  @Test func descriptorsAreTakenAndGivenBack() async throws {
    let limited = FakeValue(0)
    let injector = try injector(limited: limited)
    let injection = try await injector.inject(FileLimitFault(), into: [target])
    #expect(limited.value == 3)
    #expect(await injector.heal(injection).isClean)
    #expect(limited.value == 0)
  }

  @Test func aServerThatStillAnswersIsNotLimited() async throws {
    let injector = try injector(limited: FakeValue(0), obeys: FakeValue(0))
    let error = await #expect(throws: FaultError.self) { try await injector.inject(FileLimitFault(), into: [target]) }
    #expect(error?.code == .notEffective)
  }

  @Test func oneThatIsLimitedAlreadyIsRefused() async throws {
    let injector = try injector(limited: FakeValue(1))
    let error = await #expect(throws: FaultError.self) { try await injector.inject(FileLimitFault(), into: [target]) }
    #expect(error?.code == .notInjectable)
  }

  @Test func aLimitThatStaysIsNotHealed() async throws {
    let obeys = FakeValue(1)
    let injector = try injector(limited: FakeValue(0), obeys: obeys)
    let injection = try await injector.inject(FileLimitFault(), into: [target])
    obeys.set(0)
    #expect(await injector.heal(injection).failures.count == 1)
  }
}
