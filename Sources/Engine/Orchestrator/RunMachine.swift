import ChaosPlan

/// A course as a pure state machine: events in, actions out. It reads no clock, sends nothing and waits for nothing;
/// `Course` performs the actions and reports back.
public struct RunMachine: Sendable {
  /// What happened.
  public enum Event: Sendable, Hashable {
    /// The stack answers; traffic may begin.
    case prepared
    /// Time passed; what the traffic looks like.
    case tick(LiveMeasure)
    /// The fault is in effect. Its time runs from `since`; `nil`: from now.
    case injected(fault: Int, since: Duration? = nil)
    /// The fault is not in effect, and was undone as far as possible.
    case injectionFailed(fault: Int, reason: String)
    /// The fault was skipped: an optional fault matched no node, or was not allowed to strike.
    case skipped(fault: Int)
    /// The heal ended, well or not.
    case healed(fault: Int)
    /// No operation of the traffic is open any more.
    case trafficEnded
    /// The final reads are over.
    case settled
    /// The user wants to end.
    case interrupted(reason: String)
    /// The run itself cannot go on.
    case failed(reason: String)
  }

  /// What is to be done.
  public enum Action: Sendable, Hashable {
    case startTraffic
    case inject(fault: Int)
    case heal(fault: Int)
    /// Cancel an injection in progress, and undo it.
    case cancelInjection(fault: Int)
    /// The time for this fault is over; it is left out.
    case drop(fault: Int)
    case stopTraffic
    case settle
    /// End what the phase waits for now: the preparation, the last operations or the final reads.
    case cutShort
    /// Decide the verdict, with which the course is over.
    case judge
  }

  /// The state of a fault.
  enum FaultState: Sendable, Hashable {
    case planned
    case injecting
    /// Its time runs from here: a partition of many nodes takes seconds to be in effect.
    case open(since: Duration)
    case healing
    case over
  }

  /// Why the run does not complete its plan.
  public enum Interruption: Sendable, Hashable {
    case user(String)
    case failure(String)
  }

  /// How long a run waits for service.
  public struct Limits: Sendable, Hashable {
    /// How long all clients must be served for service to count as there.
    public var quiet: Duration
    /// The limit of the wait for service before the faults, which then strike all the same; `nil`: the steady state's
    /// hypothesis decides, and no fault strikes where it does not hold.
    public var steadyLimit: Duration?
    /// The time from a strike to its outage: service before that is no recovery.
    public var onset: Duration
    /// How long the traffic goes on after the last heal, at least.
    public var recoveryMinimum: Duration
    /// How long the run waits for service after the last heal.
    public var recoveryLimit: Duration

    public init(
      quiet: Duration, steadyLimit: Duration? = nil, onset: Duration = .zero, recoveryMinimum: Duration = .zero,
      recoveryLimit: Duration
    ) {
      self.quiet = quiet
      self.steadyLimit = steadyLimit
      self.onset = onset
      self.recoveryMinimum = recoveryMinimum
      self.recoveryLimit = recoveryLimit
    }
  }

  public private(set) var phase = RunPhase.prepare
  /// When each phase began, in order.
  public private(set) var phaseStarts: [(phase: RunPhase, at: Duration)]
  public private(set) var interruption: Interruption?
  /// Why the verdict cannot be better than unknown, if the run knows a reason.
  public private(set) var obstacle: String?
  /// When service was seen to be back after the last heal; `nil` if it was not (yet).
  public private(set) var recoveredAt: Duration?
  /// By strike of the schedule.
  var faults: [FaultState]
  /// Why no more faults are to be struck, and the open ones healed, before the plan is through; `nil` while it goes on.
  private(set) var stop: String?

  private let steadyState: SteadyState
  private let safety: SafetySettings
  private let limits: Limits
  private let strikes: [Strike]
  /// When each strike was ordered or left out.
  private var begins: [Duration?]
  private var ends: [Duration?]
  private var isTrafficOver = false

  /// - Parameter strikes: the schedule that the plan and the seed come to.
  public init(plan: Plan, strikes: [Strike], quiet: Duration = .seconds(2)) {
    let recoveryLimit = max((plan.expect.recoveryMaximum ?? .seconds(30)) + .seconds(5), .seconds(30))
    self.init(
      strikes: strikes, steadyState: plan.steadyState, safety: plan.safety,
      limits: Limits(quiet: quiet, recoveryLimit: recoveryLimit))
  }

  public init(strikes: [Strike], steadyState: SteadyState, safety: SafetySettings, limits: Limits) {
    self.strikes = strikes
    self.steadyState = steadyState
    self.safety = safety
    self.limits = limits
    begins = strikes.map { _ in nil }
    ends = begins
    faults = strikes.map { _ in .planned }
    phaseStarts = [(.prepare, .zero)]
  }

  /// Handles an event.
  ///
  /// - Parameter now: since the start of the run; never goes back.
  public mutating func handle(_ event: Event, at now: Duration) -> [Action] {
    switch event {
    case .prepared: prepared(now)
    case .tick(let measure): tick(measure, now)
    case .injected(let fault, let since): injected(fault, since: since ?? now)
    case .injectionFailed(let fault, let reason): injectionFailed(fault, reason, now)
    case .skipped(let fault), .healed(let fault): over(fault, now)
    case .trafficEnded: trafficEnded(now)
    case .settled: settled(now)
    case .interrupted(let reason): interrupt(.user(reason), now)
    case .failed(let reason): interrupt(.failure(reason), now)
    }
  }

  /// The faults that are in effect, being injected or being healed.
  public var openFaults: [Int] {
    faults.indices.filter { index in
      switch faults[index] {
      case .injecting, .open, .healing: true
      case .planned, .over: false
      }
    }
  }

  /// How long a phase lasted or has lasted; `nil` if it was not reached.
  public func start(of phase: RunPhase) -> Duration? {
    phaseStarts.first { $0.phase == phase }?.at
  }

  // MARK: Events

  private mutating func prepared(_ now: Duration) -> [Action] {
    guard phase == .prepare else { return [] }
    if interruption != nil { return finish(now) }
    enter(.steadyBefore, now)
    return [.startTraffic]
  }

  private mutating func tick(_ measure: LiveMeasure, _ now: Duration) -> [Action] {
    let elapsed = now - (phaseStarts.last?.at ?? .zero)
    switch phase {
    case .steadyBefore:
      guard elapsed >= steadyState.before else { return [] }
      if let limit = limits.steadyLimit {
        if !isServed(measure, now) {
          guard elapsed >= limit else { return [] }
          obstacle = "the clients were not served well before the fault"
        }
      } else if let reason = measure.violation(of: steadyState.hypothesis) {
        obstacle = "the store was not steady before the faults (\(reason)), so none was injected"
        return end(now)
      }
      enter(.faults, now)
      return schedule(measure, now)
    case .faults:
      if let reason = stopReason(measure, now) { return stopFaults(reason, now) }
      return schedule(measure, now)
    case .recovering:
      guard elapsed >= limits.recoveryMinimum else { return [] }
      if isServed(measure, now) {
        recoveredAt = max(measure.lastNotServedAt ?? .zero, phaseStarts.last?.at ?? .zero)
        enter(.steadyAfter, now)
      } else if elapsed >= limits.recoveryLimit {
        enter(.steadyAfter, now)
      }
      return []
    case .steadyAfter:
      return elapsed >= steadyState.after ? end(now) : []
    case .prepare, .ending, .settling, .verdict:
      return []
    }
  }

  private mutating func injected(_ fault: Int, since: Duration) -> [Action] {
    guard case .injecting = faults[fault] else {
      preconditionFailure("fault \(fault) was reported as injected while it was \(faults[fault])")
    }
    faults[fault] = .open(since: since)
    guard interruption != nil || stop != nil else { return [] }
    faults[fault] = .healing
    return [.heal(fault: fault)]
  }

  private mutating func injectionFailed(_ fault: Int, _ reason: String, _ now: Duration) -> [Action] {
    // A cancelled injection says nothing about the fault.
    if interruption == nil { obstacle = obstacle ?? "the fault could not be injected: \(reason)" }
    return over(fault, now)
  }

  private mutating func over(_ fault: Int, _ now: Duration) -> [Action] {
    faults[fault] = .over
    begins[fault] = begins[fault] ?? now
    ends[fault] = now
    return afterFault(now)
  }

  private mutating func trafficEnded(_ now: Duration) -> [Action] {
    isTrafficOver = true
    return phase == .ending ? settleIfQuiet(now) : []
  }

  private mutating func settled(_ now: Duration) -> [Action] {
    guard phase == .settling else { return [] }
    enter(.verdict, now)
    return [.judge]
  }

  private mutating func interrupt(_ reason: Interruption, _ now: Duration) -> [Action] {
    guard interruption == nil else { return [] }
    interruption = reason
    switch phase {
    // The end of what is cut short is an event of its own.
    case .prepare, .ending, .settling: return [.cutShort]
    case .steadyBefore, .faults, .recovering, .steadyAfter: return takeBack() + end(now)
    case .verdict: return []
    }
  }

  // MARK: Parts

  /// Injects faults that are due, heals those whose time is over, and skips those that come too late.
  private mutating func schedule(_ measure: LiveMeasure, _ now: Duration) -> [Action] {
    var actions: [Action] = []
    for index in faults.indices {
      switch faults[index] {
      case .planned where isPast(strikes[index].notAfter, now):
        actions.append(.drop(fault: index))
        faults[index] = .over
        begins[index] = now
        ends[index] = now
      case .planned where strikes[index].notBefore.allSatisfy({ isPast($0, now) }):
        faults[index] = .injecting
        begins[index] = now
        actions.append(.inject(fault: index))
      case .open(let since) where hasLasted(strikes[index].fault.duration, since: since, measure, now):
        faults[index] = .healing
        actions.append(.heal(fault: index))
      case .planned, .injecting, .open, .healing, .over:
        break
      }
    }
    return actions + afterFault(now)
  }

  /// Whether a time of the schedule has come.
  private func isPast(_ time: Strike.Time?, _ now: Duration) -> Bool {
    guard let time else { return false }
    let moment: Duration? =
      switch time.moment {
      case .start: start(of: .faults)
      case .begin(let strike): begins[strike]
      case .end(let strike): ends[strike]
      }
    return moment.map { now - $0 >= time.delay } ?? false
  }

  private func hasLasted(
    _ duration: FaultDuration, since: Duration, _ measure: LiveMeasure, _ now: Duration
  ) -> Bool {
    switch duration {
    case .fixed(let duration): now - since >= duration
    case .untilRecovered(let limit):
      now - since >= limit || measure.isQuiet(for: limits.quiet, since: since + limits.onset, at: now)
    }
  }

  /// Whether service has been there for long enough since the phase began.
  private func isServed(_ measure: LiveMeasure, _ now: Duration) -> Bool {
    measure.isQuiet(for: limits.quiet, since: phaseStarts.last?.at ?? .zero, at: now)
  }

  /// Why the faults must end; `nil` if they may go on.
  private func stopReason(_ measure: LiveMeasure, _ now: Duration) -> String? {
    guard stop == nil, let start = start(of: .faults) else { return nil }
    if now - start >= safety.limit {
      return "the faults reached the plan's `limit` of \(safety.limit / .seconds(1)) s"
    }
    return safety.stopWhen.flatMap { measure.violation(of: $0, since: start, at: now) }.map {
      "`stop-when`: \($0)"
    }
  }

  private mutating func stopFaults(_ reason: String, _ now: Duration) -> [Action] {
    stop = reason
    obstacle = obstacle ?? "the faults were stopped: \(reason)"
    let actions = takeBack()
    for index in faults.indices where faults[index] == .planned { faults[index] = .over }
    return actions + afterFault(now)
  }

  /// Heals open faults, and cancels injections in progress.
  private mutating func takeBack() -> [Action] {
    faults.indices.compactMap { fault in
      switch faults[fault] {
      case .open:
        faults[fault] = .healing
        return .heal(fault: fault)
      case .injecting: return .cancelInjection(fault: fault)
      case .planned, .healing, .over: return nil
      }
    }
  }

  private mutating func afterFault(_ now: Duration) -> [Action] {
    guard faults.allSatisfy({ $0 == .over }) else { return [] }
    switch phase {
    case .faults:
      enter(.recovering, now)
      return []
    case .ending: return settleIfQuiet(now)
    case .prepare, .steadyBefore, .recovering, .steadyAfter, .settling, .verdict: return []
    }
  }

  private mutating func end(_ now: Duration) -> [Action] {
    for index in faults.indices where faults[index] == .planned { faults[index] = .over }
    enter(.ending, now)
    return [.stopTraffic]
  }

  /// The final reads begin when no operation is open and no fault either. An interrupted run goes straight to its
  /// verdict.
  private mutating func settleIfQuiet(_ now: Duration) -> [Action] {
    guard isTrafficOver, openFaults.isEmpty else { return [] }
    if interruption != nil { return finish(now) }
    enter(.settling, now)
    return [.settle]
  }

  private mutating func finish(_ now: Duration) -> [Action] {
    enter(.verdict, now)
    return [.judge]
  }

  private mutating func enter(_ next: RunPhase, _ now: Duration) {
    phase = next
    phaseStarts.append((next, now))
  }
}
