import Foundation
import Testing

@testable import Faults

@Suite("Clocks and disks of servers with the library preloaded")
struct PreloadedFaultTests {
  private let runtime = FakeRuntime(["p-a": .running])
  private let target = FaultTarget(node: "a", container: "p-a")

  private func injector(
    _ answer: @escaping @Sendable (String) -> CommandResult
  ) throws -> FaultInjector {
    let path = NSTemporaryDirectory() + "kvchaos-preload-\(UUID().uuidString)/undo.jsonl"
    return FaultInjector(
      ledger: try UndoLedger(path: path),
      environment: FaultEnvironment(
        runtime: runtime, inside: FakeInside { script, _ in answer(script) }, clock: ImmediateClock(), pollLimit: 3,
        healAttemptLimit: 2))
  }

  private func code(_ fault: any Fault, _ server: PreloadedServer) async throws -> FaultError.Code? {
    let injector = try injector(server.answer)
    let error = await #expect(throws: FaultError.self) { try await injector.inject(fault, into: [target]) }
    return error?.code
  }

  @Test(arguments: [Duration.seconds(60), .seconds(-60)])
  func aClockJumpsAndComesBack(offset: Duration) async throws {
    let server = PreloadedServer()
    let injector = try injector(server.answer)
    let injection = try await injector.inject(ClockFault(offset: offset), into: [target])
    #expect(server.offset == Int(offset / .nanoseconds(1)))
    #expect(await injector.heal(injection).isClean)
    #expect(server.offset == 0)
  }

  @Test(arguments: [0.05, -0.05]) func aClockDriftsAndComesBack(drift: Double) async throws {
    let server = PreloadedServer()
    let injector = try injector(server.answer)
    let injection = try await injector.inject(ClockFault(drift: drift), into: [target])
    #expect(await injector.heal(injection).isClean)
  }

  @Test func aClockThatIsRightIsNoFault() async throws {
    #expect(try await code(ClockFault(offset: .seconds(60)), PreloadedServer(.init(isDeaf: true))) == .notEffective)
    #expect(try await code(ClockFault(drift: 0.05), PreloadedServer(.init(isDeaf: true))) == .notEffective)
    // What is wrong already, or does not answer, could not be measured.
    #expect(
      try await code(ClockFault(offset: .seconds(60)), PreloadedServer(.init(offset: 5_000_000_000))) == .notInjectable)
    #expect(try await code(ClockFault(offset: .seconds(60)), PreloadedServer(.init(isSilent: true))) == .notInjectable)
  }

  @Test func aClockThatStaysFalseIsNotHealed() async throws {
    let server = PreloadedServer()
    let injector = try injector(server.answer)
    let injection = try await injector.inject(ClockFault(offset: .seconds(60)), into: [target])
    server.change { $0.isDeaf = true }
    #expect(await injector.heal(injection).failures.count == 1)
    #expect(await injector.ledger.openEntries.count == 1)
    // A node that was killed meanwhile starts with a true clock, so nothing is owed.
    try await runtime.kill(container: "p-a", signal: "SIGKILL")
    #expect(await injector.replayOpenUndos().isClean)
  }

  @Test(arguments: [(DiskFault.readOnly, 2), (DiskFault.full, 1)])
  func aDiskRefusesAndIsSoundAgain(fault: DiskFault, disk: Int) async throws {
    let server = PreloadedServer()
    let injector = try injector { script in
      script.contains("get_disk_free_limit") ? CommandResult(exitCode: 0, output: "none\n") : server.answer(script)
    }
    let injection = try await injector.inject(fault, into: [target])
    #expect(server.disk == disk)
    #expect(await injector.heal(injection).isClean)
    #expect(server.disk == 0)
  }

  /// It has given up its log by then, and nothing but a start gives it another.
  @Test func aBrokerIsStartedAnewWhenItsDiskIsSoundAgain() async throws {
    let server = PreloadedServer()
    let injector = try injector { script in
      script.contains("get_disk_free_limit") ? CommandResult(exitCode: 0, output: "500\n") : server.answer(script)
    }
    let injection = try await injector.inject(DiskFault.readOnly, into: [target])
    #expect(runtime.calls.isEmpty)
    #expect(await injector.heal(injection).isClean)
    #expect(runtime.calls == ["stop p-a", "start p-a"])
  }

  @Test func aDiskThatTakesWritesIsNoFault() async throws {
    #expect(try await code(DiskFault.readOnly, PreloadedServer(.init(isDeaf: true))) == .notEffective)
    #expect(try await code(DiskFault.readOnly, PreloadedServer(.init(disk: 1))) == .notInjectable)
    #expect(try await code(DiskFault.readOnly, PreloadedServer(.init(isSilent: true))) == .notInjectable)
  }

  /// PostgreSQL that cannot write its log goes down: then a process like it is asked.
  @Test func aServerThatWentDownByItCountsByANewProcess() async throws {
    let server = PreloadedServer()
    let injector = try injector { script in
      if script.contains("words[3]=2") { server.change { $0.isSilent = true } }
      return server.answer(script)
    }
    let injection = try await injector.inject(DiskFault.readOnly, into: [target])
    #expect(await injector.heal(injection).isClean)
  }

  @Test(arguments: [true, false]) func rabbitMQsDiskIsFullByItsAlarm(isRaised: Bool) async throws {
    let limit = FakeValue(500)
    let injector = try injector { script in
      if let order = script.firstMatch(of: /set_disk_free_limit\((\d+)\)/) { limit.set(Int(order.1) ?? 0) }
      if script.contains("get_disk_free_limit") { return CommandResult(exitCode: 0, output: "\(limit.value)\n") }
      return CommandResult(exitCode: 0, output: isRaised && limit.value > 1_000 ? "[disk]\n" : "[]\n")
    }
    guard isRaised else {
      let error = await #expect(throws: FaultError.self) { try await injector.inject(DiskFault.full, into: [target]) }
      #expect(error?.code == .notEffective)
      #expect(limit.value == 500)
      return
    }
    let injection = try await injector.inject(DiskFault.full, into: [target])
    #expect(limit.value > 1_000_000)
    #expect(await injector.heal(injection).isClean)
    #expect(limit.value == 500)
  }

  @Test func whatNoLedgerKnowsIsFoundAndTakenBack() async throws {
    let server = PreloadedServer(.init(offset: 60_000_000_000, disk: 1))
    let inside = FakeInside { script, _ in
      guard script.contains("echo clock") else { return server.answer(script) }
      let words = [server.offset == 0 ? nil : "clock", server.disk == 0 ? nil : "disk"].compactMap(\.self)
      return CommandResult(exitCode: 0, output: words.map { $0 + "\n" }.joined())
    }
    #expect(try await inside.leftovers(in: "p-a") == ["clock", "disk"])
    for word in ["clock", "disk"] { try await inside.removeLeftover(word, in: "p-a") }
    #expect(try await inside.leftovers(in: "p-a").isEmpty)
    await #expect(throws: FaultError.self) { try await inside.removeLeftover("moon", in: "p-a") }
  }

  @Test func aLookThatFailsIsNotNothing() async throws {
    let inside = FakeInside { _, _ in CommandResult(exitCode: 127, output: "", error: "bash: not found\n") }
    let error = await #expect(throws: FaultError.self) { try await inside.leftovers(in: "p-a") }
    #expect(error?.message.contains("bash: not found") == true)
  }

  /// The script's own words, by a real shell: what the library reads is what was ordered, and the other part stays.
  @Test func anOrderIsWrittenAsTheLibraryReadsIt() throws {
    let file = NSTemporaryDirectory() + "kvchaos-order-\(UUID().uuidString)"
    try Data(count: 40).write(to: URL(fileURLWithPath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    func words() throws -> [Int64] {
      let data = try Data(contentsOf: URL(fileURLWithPath: file))
      #expect(data.count == 40)
      return data.withUnsafeBytes { bytes in (0..<5).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self) }
      }
    }
    func run(_ script: String) throws -> String {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", script.replacingOccurrences(of: "/run/kvchaos/faults", with: file)]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      return String(decoding: data, as: UTF8.self)
    }
    _ = try run(PreloadedOrder.script(.clock(offsetNanoseconds: -45_500_000_000, rate: 50_000_000)))
    let first = try words()
    #expect(first[0] == -45_500_000_000 && first[1] == 50_000_000 && first[2] > 0 && first[3] == 0)
    _ = try run(PreloadedOrder.script(.disk(.readOnly)))
    let second = try words()
    #expect(second[..<3] == first[..<3] && second[3] == 2)
    for words in [first, second] { #expect(words[..<4].reduce(0x6b7666, ^) == words[4]) }
    #expect(try run(PreloadedOrder.reading) == "-45500000000 50000000 \(first[2]) 2\n")
    let search = PreloadedOrder.clockLeftover.search + PreloadedOrder.diskLeftover.search
    #expect(try run(search) == "clock\ndisk\n")
    _ = try run(PreloadedOrder.script(.clock(offsetNanoseconds: 0, rate: 0)))
    #expect(try run(search) == "disk\n")
    _ = try run(PreloadedOrder.script(.disk(.sound)))
    #expect(try run(search) == "")
    // Half of an order is none.
    try Data(repeating: 1, count: 40).write(to: URL(fileURLWithPath: file))
    #expect(try run(PreloadedOrder.reading) == "0 0 0 0\n")
  }
}
