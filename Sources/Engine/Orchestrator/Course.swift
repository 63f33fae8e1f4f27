/// What a course does with the system under test and its clients: a run of a plan and a cell of the CAP ledger each do
/// it in their own way. An error ends the course early, as an interruption does: the faults are healed, then it is
/// judged.
public protocol CourseWork: Sendable {
  associatedtype Verdict: Sendable

  /// Since the start of the course; never goes back.
  var now: Duration { get }
  /// Whether the traffic is looked at while something else is in progress.
  var looksWhileBusy: Bool { get }

  /// Does what must be done before the first operation.
  func prepare() async throws
  /// Returns when the clients have begun.
  func startTraffic() async throws
  /// Returns when no operation is open any more.
  func stopTraffic() async throws
  /// Waits a moment, and looks at the traffic.
  func look() async throws -> LiveMeasure
  /// Strikes. Several strikes may be in progress at a time.
  ///
  /// - Returns: `injected`, `skipped` or `injectionFailed`.
  func inject(_ strike: Int) async throws -> RunMachine.Event
  /// Leaves a strike out, because its time is over.
  func drop(_ strike: Int) async
  /// Heals a strike that is in effect, and is not cancelled. A failed heal is a finding, not an error.
  func heal(_ strike: Int) async
  /// The final reads.
  func settle() async throws
  /// Told of the machine after each event.
  func follow(_ machine: RunMachine, hasNewPhase: Bool) async
  /// The last call: nothing else is in progress, and every fault was healed as far as possible.
  func judge(_ machine: RunMachine) async -> Verdict
}

/// Runs everything that has strikes: performs what `RunMachine` orders, and reports back to it, up to the verdict.
public struct Course: Sendable {
  private enum Job: Hashable {
    case preparation
    case start
    case look
    case strike(Int)
    case stop
    case settlement
  }

  /// The end of a job and what it means, or only something from outside.
  private struct Message: Sendable {
    var ended: Job?
    var events: [RunMachine.Event]
  }

  private let stream: AsyncStream<Message>
  private let messages: AsyncStream<Message>.Continuation

  public init() { (stream, messages) = AsyncStream.makeStream(of: Message.self) }

  /// Ends the course early but in order. May be called before it runs, and again.
  public func interrupt(_ reason: String) { messages.yield(Message(events: [.interrupted(reason: reason)])) }

  /// Runs to the verdict. Once.
  public func run<Work: CourseWork>(_ machine: RunMachine, by work: Work) async -> Work.Verdict {
    // In a task of its own: the caller's cancellation must not keep it from healing.
    await Task { await steer(machine, work) }.value
  }

  private func steer<Work: CourseWork>(_ start: RunMachine, _ work: Work) async -> Work.Verdict {
    var machine = start
    var jobs: [Job: Task<Void, Never>] = [:]

    /// Begins a job, which ends in an event; where it fails, the machine is told why, and then `failed`.
    func begin(
      _ job: Job, orElse failed: RunMachine.Event? = nil,
      _ body: @escaping @Sendable () async throws -> RunMachine.Event?
    ) {
      jobs[job] = Task { [messages] in
        var events: [RunMachine.Event?]
        do {
          events = [try await body()]
        } catch {
          events = [.failed(reason: "\(error)"), failed]
        }
        messages.yield(Message(ended: job, events: events.compactMap(\.self)))
      }
    }

    begin(.preparation, orElse: .prepared) {
      try await work.prepare()
      return .prepared
    }
    for await message in stream {
      if let ended = message.ended { jobs[ended] = nil }
      for event in message.events {
        let phase = machine.phase
        let actions = machine.handle(event, at: work.now)
        await work.follow(machine, hasNewPhase: machine.phase != phase)
        for action in actions {
          switch action {
          case .startTraffic:
            begin(.start) {
              try await work.startTraffic()
              return nil
            }
          case .stopTraffic:
            let start = jobs[.start]
            start?.cancel()
            begin(.stop, orElse: .trafficEnded) {
              await start?.value
              try await work.stopTraffic()
              return .trafficEnded
            }
          case .inject(let strike):
            begin(.strike(strike), orElse: .skipped(fault: strike)) { try await work.inject(strike) }
          case .cancelInjection(let strike): jobs[.strike(strike)]?.cancel()
          case .drop(let strike): await work.drop(strike)
          case .heal(let strike):
            begin(.strike(strike)) {
              await work.heal(strike)
              return .healed(fault: strike)
            }
          case .settle:
            begin(.settlement, orElse: .settled) {
              try await work.settle()
              return .settled
            }
          case .cutShort: for job in [Job.preparation, .stop, .settlement] { jobs[job]?.cancel() }
          case .judge:
            // A look keeps the work, and with it the ledger's lock.
            jobs[.look]?.cancel()
            await jobs[.look]?.value
            return await work.judge(machine)
          }
        }
      }
      if jobs[.look] == nil, work.looksWhileBusy || jobs.isEmpty { begin(.look) { .tick(try await work.look()) } }
    }
    preconditionFailure("a course ended without its verdict")
  }
}
