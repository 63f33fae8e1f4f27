/// A node that is replaced by one with an empty disk: killed, its data deleted; healed by starting it with empty data,
/// and by waiting until it is a member of its cluster again. On CockroachDB its old id is decommissioned first, because
/// a new member does not replace the old one by itself.
///
/// The data is deleted while the node's processes are stopped (SIGSTOP), so that none of them can write any of it again
/// before the kill.
public struct WipeFault: Fault {
  public let kind = FaultKind.wipe
  private static let folder = "folder"
  /// The id of a CockroachDB node before its data were deleted.
  private static let member = "member"
  /// A heal that fails is tried again, so this need not be the longest that a node may take.
  private static let joinedLookLimit = 30
  /// Of CockroachDB 22.1 an id that is gone has to count as dead first, which takes 75 s at least.
  private static let retireLookLimit = 120
  /// Where each of the images keeps its data.
  private static let findFolder = """
    for folder in /var/lib/redis /var/lib/rabbitmq /var/lib/kvchaos \(CockroachMember.folder); do
      if grep -q " $folder " /proc/mounts; then echo "$folder"; exit 0; fi
    done
    echo 'no volume with data is mounted' >&2; exit 1
    """

  public init() {}

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    let state = try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    var undo = Undo(kind: kind, target: target, parameters: [ProcessFaults.startedAt: state.startedAt])
    let folder = try await environment.shell(Self.findFolder, in: undo, orThrow: .notInjectable)
    undo.parameters[Self.folder] = folder.split(whereSeparator: \.isNewline).first.map(String.init)
    if undo.parameters[Self.folder] == CockroachMember.folder {
      let id = try await environment.shell(CockroachMember.id, in: undo, orThrow: .notInjectable)
        .filter { !$0.isWhitespace }
      guard CockroachMember.isID(id) else {
        throw FaultError(
          code: .notInjectable, message: "\(target.node) does not report its cluster member id: \(id)")
      }
      undo.parameters[Self.member] = id
    }
    return undo
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    guard let folder = undo.parameters[Self.folder], folder.hasPrefix("/") else {
      throw FaultError(code: .injectionFailed, message: "\(kind) of \(undo.target.node) was not set up")
    }
    // The shell itself is not among the -1 that it stops.
    let script = "kill -STOP -1; rm -rf \(folder)/* \(folder)/.[!.]*; ls -A \(folder) | wc -l"
    let left = try await environment.shell(script, in: undo, orThrow: .injectionFailed)
    guard left.filter(\.isWholeNumber) == "0" else {
      throw FaultError(code: .notEffective, message: "\(folder) of \(undo.target.node) is not empty")
    }
    try await environment.runtime.kill(container: undo.target.container, signal: "SIGKILL")
  }

  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyDown(undo, in: environment)
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    try await ProcessFaults.presenceOfDeath(undo, in: environment)
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    // A run that was cut off between the deletion and the kill leaves processes that are stopped, on a disk that is
    // empty.
    if try await ProcessFaults.isStillInItsRun(undo, in: environment) {
      try await environment.runtime.kill(container: undo.target.container, signal: "SIGKILL")
      try await ProcessFaults.verifyDown(undo, in: environment)
    }
    try await environment.runtime.start(container: undo.target.container)
    if let member = undo.parameters[Self.member], CockroachMember.isID(member) {
      try await environment.retireMember(member, in: undo, looks: Self.retireLookLimit)
    }
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyRunning(undo, in: environment)
    try await environment.waitUntilJoined(undo, looks: Self.joinedLookLimit, orThrow: .notHealed)
  }
}

extension FaultKind { public static let wipe = FaultKind(rawValue: "wipe") }

extension FaultDefinition {
  public static let wipe = FaultDefinition(
    WipeFault(),
    "Killed, and its disk emptied; healed when it is a member again (of CockroachDB its old id is decommissioned).",
    tiers: .only(
      "redis", "rabbitmq", "sql", because: "its nodes keep no data",
      except: ["etcd": "its nodes do not join again with an empty disk"]),
    traits: [.takesNodesDown, .stopsNodes], strike: .nodes { _ in WipeFault() })
}
