/// File descriptors used up: each process of the container may have as many as it has, and `spare` more; connections
/// wait to be accepted, files cannot be opened. Those that are open go on.
///
/// The soft limit alone is lowered (prlimit), which a process may do to its like without any privilege, and take back.
public struct FileLimitFault: Fault {
  public let kind = FaultKind.fileLimit
  public var spare: Int

  /// The container's own processes, without the shell that asks and the init that waits for them. The soft limit is the
  /// hard one in all of this stack.
  private static let processes = """
    processes() {
      for entry in /proc/[0-9]*; do
        process=${entry#/proc/}
        [ "$process" != 1 ] && [ "$process" != $$ ] && [ "$process" != $BASHPID ] && [ -r "$entry/fd" ] && echo "$process"
      done
    }
    limits() { prlimit --noheadings --raw --output SOFT,HARD --nofile --pid "$1" 2>/dev/null; }

    """
  /// Prints how many processes have less than they might.
  private static let count = """
    limited=0
    for process in $(processes); do
      read -r soft hard < <(limits "$process") && [ "$soft" != "$hard" ] && limited=$((limited + 1))
    done
    echo "limited=$limited"
    """
  /// Gives every process as many as it may have.
  static let release =
    processes + """
      for process in $(processes); do
        read -r soft hard < <(limits "$process") || continue
        prlimit --nofile="$hard": --pid "$process" 2>/dev/null || [ ! -e "/proc/$process" ] || exit 1
      done

      """
  /// Prints `file-limit` where a process has less than it might.
  static let remains =
    processes + """
      for process in $(processes); do
        read -r soft hard < <(limits "$process") && [ "$soft" != "$hard" ] && echo file-limit && break
      done
      true
      """
  /// The image's own health check: a new connection that is answered.
  private static let health = """
    for check in redis-health rabbitmq-health patroni-health haproxy-health nginx-health etcd-health; do
      command -v "$check" >/dev/null && { timeout 5 "$check" >/dev/null 2>&1 && echo answers || echo silent; exit 0; }
    done
    timeout 5 kv-api healthcheck >/dev/null 2>&1 && echo answers || echo silent
    """

  public init(spare: Int = 0) {
    self.spare = spare
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    let undo = Undo(kind: kind, target: target)
    guard try await limited(undo, in: environment, orThrow: .notInjectable) == 0 else {
      throw FaultError(
        code: .notInjectable, message: "processes of \(target.node) already have a lowered limit on file descriptors")
    }
    guard try await answers(undo, in: environment, orThrow: .notInjectable) else {
      throw FaultError(
        code: .notInjectable, message: "\(kind) cannot be measured: \(target.node) already answers no new connection")
    }
    return undo
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    // The lowest number that is free is the next that would be given out.
    let script =
      Self.processes + """
        for process in $(processes); do
          free=0
          while [ -e "/proc/$process/fd/$free" ] || [ -L "/proc/$process/fd/$free" ]; do free=$((free + 1)); done
          prlimit --nofile=$((free + \(spare))): --pid "$process" 2>/dev/null || [ ! -e "/proc/$process" ] || exit 1
        done
        """
    try await environment.shell(script, in: undo, orThrow: .injectionFailed)
  }

  /// A new connection is not answered; or the server has ended by it.
  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    for look in 0..<environment.measureLimit {
      if look > 0 { try await environment.clock.sleep(for: environment.pollInterval) }
      guard try await environment.isRunning(undo) else { return }
      if try await !answers(undo, in: environment, orThrow: .notEffective) { return }
      // What was accepted meanwhile has taken what its predecessors gave back.
      if look > 0 { try await inject(undo, in: environment) }
    }
    throw FaultError(code: .notEffective, message: "\(undo.target.node) still answers new connections")
  }

  /// A server that exited because it could not open a file is an effect of the fault.
  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    guard try await environment.isRunning(undo) else { return .inEffect }
    return try await limited(undo, in: environment, orThrow: .notEffective) > 0
      ? .inEffect : .ended("none of its processes lacks file descriptors any more")
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    // A restarted process has the limits of its container.
    if try await environment.isRunning(undo) {
      try await environment.shell(Self.release, in: undo, orThrow: .notHealed)
    }
    try await environment.runtime.start(container: undo.target.container)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyRunning(undo, in: environment)
    let limited = try await limited(undo, in: environment, orThrow: .notHealed)
    guard limited == 0 else {
      throw FaultError(
        code: .notHealed, message: "\(limited) processes of \(undo.target.node) still lack file descriptors")
    }
  }

  private func limited(
    _ undo: Undo, in environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws -> Int {
    let text = try await environment.shell(Self.processes + Self.count, in: undo, orThrow: code)
    guard let number = Int(text.filter(\.isWholeNumber)), text.hasPrefix("limited=") else {
      throw FaultError(code: code, message: "the limits of \(undo.target.container)'s processes cannot be read")
    }
    return number
  }

  private func answers(
    _ undo: Undo, in environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws -> Bool {
    try await environment.shell(Self.health, in: undo, orThrow: code).contains("answers")
  }
}

extension FaultKind { public static let fileLimit = FaultKind(rawValue: "file-limit") }

extension FaultDefinition {
  private static let spare = FaultField.optional(
    "spare", .integer(0...1_000), "How many more than are open.", default: 0)

  public static let fileLimit = FaultDefinition(
    FileLimitFault(), "File descriptors used up: each process may open this many more than it has.",
    tiers: .every(except: ["worker": "a worker accepts no connections, by which it could be measured"]),
    traits: .takesNodesDown, fields: [spare],
    leftover: FaultLeftover(word: "file-limit", search: FileLimitFault.remains, removal: FileLimitFault.release),
    strike: .nodes { FileLimitFault(spare: $0[spare].integer) })
}
