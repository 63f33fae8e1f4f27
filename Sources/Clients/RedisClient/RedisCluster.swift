import Endpoints
import NIOCore
import Synchronization

/// A client of a Redis Cluster: it knows which master serves which slot, follows redirections, and learns the topology
/// again when a node fails or sends it elsewhere.
public final class RedisCluster: Sendable {
  private struct State {
    var map = SlotMap()
    var connections: [HostPort: NodeConnection] = [:]
    var refresh: Refresh?
    /// When the last look at the topology began.
    var refreshedAt: ContinuousClock.Instant?
    /// When it was last noticed that a node owns a slot which another one owned before.
    var succeededAt: [HostPort: ContinuousClock.Instant] = [:]
  }

  /// A look at the topology that is under way, or begins soon.
  private struct Refresh {
    let begins: ContinuousClock.Instant
    let task: Task<Void, Never>
  }

  /// A cluster in order needs one redirection, a moving slot two.
  private static let redirectionMaximum = 4
  /// At most one refresh in this time, whatever fails, unless a command waits for it.
  private static let refreshPause: Duration = .milliseconds(250)
  /// At most one refresh in this time.
  private static let refreshSpacing: Duration = .milliseconds(20)
  /// After this long without an answer, the next node is asked for the topology too.
  private static let patience: Duration = .milliseconds(20)
  /// The topology is learnt again at least this often, so that a change without an error is noticed.
  private static let refreshInterval: Duration = .seconds(10)

  private let options: RedisOptions
  private let loop: any EventLoop
  private let state = Mutex(State())

  /// - Parameter loop: where the connections live; cheapest is the loop that the callers' tasks run on.
  public init(options: RedisOptions, loop: any EventLoop) {
    self.options = options
    self.loop = loop
  }

  /// Runs one command that has `key` as its key. Throws `RedisError`; an error reply that is no redirection is
  /// `server`.
  ///
  /// - Parameter isHurried: whether somebody waits who can do without an answer. Then the topology is not waited for,
  ///   and one redirection followed: two nodes at most have the time that `RedisOptions` gives them.
  public func command(
    _ words: [[UInt8]], key: [UInt8], isHurried: Bool = false
  ) async throws(RedisError) -> RedisReply {
    let start = ContinuousClock.now
    let slot = HashSlot.slot(of: key)
    refreshIfOld()
    if state.withLock({ $0.map.owner(of: slot) == nil }) {
      if isHurried { refreshSoon() } else { await refresh() }
    }
    let redirections = isHurried ? 1 : Self.redirectionMaximum
    guard var node = state.withLock({ $0.map.owner(of: slot) }) else {
      throw RedisError(.noRoute, "no Redis node is known to serve slot \(slot)")
    }
    var commands = [words]
    for _ in 0...redirections {
      switch await connection(to: node).send(commands) {
      case .failure(let error):
        // Not sent, as the node has failed. It may have a successor, of which other clients know already.
        guard !isHurried, error.code == .unavailable, error.since != nil else {
          refreshSoon()
          throw error
        }
        await refresh(since: start)
        guard let successor = state.withLock({ $0.map.owner(of: slot) }), successor != node else { throw error }
        node = successor
        commands = [words]
      case .success(.error(let text)):
        switch Redirection(error: text, from: node) {
        case .moved(let slot, let target):
          move(slot, to: target)
          node = target
          commands = [words]
        case .ask(_, let target):
          node = target
          commands = [[Array("ASKING".utf8)], words]
        case nil:
          // A node that lost its cluster or its role may keep saying so until the map is right.
          if text.hasPrefix("CLUSTERDOWN") || text.hasPrefix("READONLY") || text.hasPrefix("LOADING") { refreshSoon() }
          throw RedisError(.server, text)
        }
      case .success(let reply):
        return reply
      }
    }
    throw RedisError(.noRoute, "slot \(slot) was redirected more than \(redirections) times")
  }

  /// Whether the master of `key`'s slot took over a slot, as far as this client noticed, less than `time` ago. A
  /// replica that became master may lack what its master took last, and what was written while there was none.
  public func hasNewMaster(_ key: [UInt8], within time: Duration) -> Bool {
    let since = state.withLock { state in
      state.succeededAt.isEmpty ? nil : state.map.owner(of: HashSlot.slot(of: key)).flatMap { state.succeededAt[$0] }
    }
    return since.map { ContinuousClock.now - $0 < time } ?? false
  }

  /// Runs commands back to back on one connection, that of the master of `key`'s slot: for a `WAIT` that means the
  /// write before it.
  ///
  /// Follows a redirection of the first command, whatever the others were answered; a slot must not be on its way
  /// (`ASK`).
  ///
  /// - Returns: every command's reply, errors among them.
  public func commands(_ commands: [[[UInt8]]], key: [UInt8]) async throws(RedisError) -> [RedisReply] {
    let slot = HashSlot.slot(of: key)
    refreshIfOld()
    if state.withLock({ $0.map.owner(of: slot) == nil }) { await refresh() }
    guard var node = state.withLock({ $0.map.owner(of: slot) }) else {
      throw RedisError(.noRoute, "no Redis node is known to serve slot \(slot)")
    }
    for _ in 0...Self.redirectionMaximum {
      switch await connection(to: node).send(commands, keepsEveryReply: true) {
      case .failure(let error):
        refreshSoon()
        throw error
      case .success(.array(let replies)):
        guard case .error(let text)? = replies.first else { return replies }
        guard case .moved(let slot, let target) = Redirection(error: text, from: node) else {
          refreshSoon()
          return replies
        }
        move(slot, to: target)
        node = target
      case .success:
        throw RedisError(.unexpectedReply, "the replies of several commands are no array")
      }
    }
    throw RedisError(.noRoute, "slot \(slot) was redirected more than \(Self.redirectionMaximum) times")
  }

  /// True when every slot has a known master and every one of those answers.
  public func isHealthy() async -> Bool {
    if !state.withLock({ $0.map.isComplete }) { await refresh() }
    let (isComplete, owners) = state.withLock { ($0.map.isComplete, $0.map.slotOwners) }
    guard isComplete else { return false }
    let areWell = await withTaskGroup(of: Bool.self) { group in
      for owner in owners {
        group.addTask {
          let answer = await self.connection(to: owner).send([[Array("PING".utf8)]])
          return if case .success(.status) = answer { true } else { false }
        }
      }
      return await group.reduce(true) { $0 && $1 }
    }
    if !areWell { refreshSoon() }
    return areWell
  }

  private func connection(to node: HostPort) -> NodeConnection {
    state.withLock { state in
      if let connection = state.connections[node] { return connection }
      let connection = NodeConnection(node: node, options: options, loop: loop)
      state.connections[node] = connection
      return connection
    }
  }

  // MARK: topology

  private func move(_ slot: Int, to target: HostPort) {
    state.withLock { state in
      state.map.setOwner(of: slot, target)
      state.succeededAt[target] = .now
    }
    refreshSoon()
  }

  private func refreshIfOld() {
    let isOld = state.withLock { state in
      state.refreshedAt.map { ContinuousClock.now - $0 > Self.refreshInterval } ?? false
    }
    if isOld { refreshSoon() }
  }

  private func refreshSoon() {
    Task { await refresh() }
  }

  /// Waits for a refresh, unless there was one a moment ago.
  private func refresh() async {
    let isFresh = state.withLock { state in
      state.refresh == nil && state.refreshedAt.map { ContinuousClock.now - $0 < Self.refreshPause } ?? false
    }
    if !isFresh { await refresh(since: nil) }
  }

  /// Waits for a refresh that began at `time` or later; `nil`: for any. All who wait share one.
  private func refresh(since time: ContinuousClock.Instant?) async {
    while true {
      let refresh: Refresh? = state.withLock { state in
        if let refresh = state.refresh { return refresh }
        if let time, let last = state.refreshedAt, last >= time { return nil }
        let now = ContinuousClock.now
        let begins = max(now, state.refreshedAt.map { $0 + Self.refreshSpacing } ?? now)
        let refresh = Refresh(
          begins: begins,
          task: Task {
            try? await Task.sleep(until: begins, clock: .continuous)
            await self.learnTopology()
            self.state.withLock { state in
              state.refresh = nil
              state.refreshedAt = begins
            }
          })
        state.refresh = refresh
        return refresh
      }
      guard let refresh else { return }
      await refresh.task.value
      guard let time, refresh.begins < time else { return }
    }
  }

  /// Asks the nodes in random order, without waiting for those that are slow, until one tells the topology. So silent
  /// nodes cost what one of them does, and not the sum.
  private func learnTopology() async {
    let known = state.withLock { $0.map.nodes }
    let others = options.nodes.filter { !known.contains($0) }
    let nodes = known.shuffled() + others.shuffled()
    let (answers, answer) = AsyncStream.makeStream(of: SlotMap?.self)
    let asking = Task {
      for node in nodes {
        Task { answer.yield(await topology(accordingTo: node)) }
        try await Task.sleep(for: Self.patience)
      }
    }
    defer { asking.cancel() }
    var unanswered = nodes.count
    for await map in answers {
      if let map { return take(map) }
      unanswered -= 1
      if unanswered == 0 { return }
    }
  }

  private func topology(accordingTo node: HostPort) async -> SlotMap? {
    let command = [Array("CLUSTER".utf8), Array("SLOTS".utf8)]
    guard case .success(let reply) = await connection(to: node).send([command]),
      let map = try? SlotMap(clusterSlots: reply, from: node), !map.nodes.isEmpty
    else { return nil }
    return map
  }

  private func take(_ map: SlotMap) {
    state.withLock { state in
      if map != state.map {
        for node in map.successors(of: state.map) { state.succeededAt[node] = .now }
        state.map = map
      }
      // A connection to a node that left would be kept for ever.
      let kept = Set(map.nodes + options.nodes)
      state.connections = state.connections.filter { kept.contains($0.key) }
      state.succeededAt = state.succeededAt.filter { kept.contains($0.key) }
    }
  }
}
