import ChaosPlan
import History
import NIOCore
import RedisClient
import Workload

/// Registers and sets in a Redis Cluster. Reads and writes go to the masters.
public struct RedisTierClient: TierClient {
  /// The number of keys over which a set is spread, so that each master has some of its elements.
  private static let setParts = 12
  /// How long `WAIT` waits: less than the client does.
  private static let waitMilliseconds = 1_000

  private let settings: ClientSettings
  private let cluster: RedisCluster

  public init(_ settings: ClientSettings, loop: any EventLoop) {
    self.settings = settings
    var options = RedisOptions(
      nodes: settings.nodes, password: settings.password)
    options.connectTimeoutMilliseconds = 1_000
    options.commandTimeoutMilliseconds = Int(settings.timeout / .milliseconds(1))
    // The ledger measures when clients see a node again, so pauses are short.
    options.openCircuitMilliseconds = 50
    options.openCircuitMaximumMilliseconds = 200
    cluster = RedisCluster(options: options, loop: loop)
  }

  private var replicas: Int { settings.variant == .wait1 ? 1 : 0 }

  public func prepare() async throws { try await deleteAll() }
  public func cleanUp() async throws { try await deleteAll() }
  public func close() async {}

  public func warmUp() async {
    // One key of each master is enough; a dozen keys include one.
    for index in 0..<Self.setParts { _ = await send([["GET", registerKey(index)]], key: registerKey(index)) }
  }

  public func perform(_ operation: TierOperation) async -> Completion {
    switch operation {
    case .put(let key, let value):
      return await write(["SET", registerKey(key), value], key: registerKey(key))
    case .get(let key):
      return RedisOutcome.ofGet(await send([["GET", registerKey(key)]], key: registerKey(key)))
    case .add(let element):
      let key = setKey(element.utf8.reduce(0) { $0 &* 31 &+ Int($1) })
      return await write(["SADD", key, element], key: key)
    case .readAll: return await members()
    case .enqueue, .dequeue, .transfer, .readBalances: return .impossible(operation)
    }
  }

  private func write(_ command: [String], key: String) async -> Completion {
    var commands = [command]
    if replicas > 0 { commands.append(["WAIT", String(replicas), String(Self.waitMilliseconds)]) }
    return RedisOutcome.ofWrite(await send(commands, key: key), replicas: replicas)
  }

  private func members() async -> Completion {
    var elements: [Value] = []
    for index in 0..<Self.setParts {
      switch await send([["SMEMBERS", setKey(index)]], key: setKey(index)) {
      case .failure(let error): return RedisOutcome.of(error)
      case .success(let replies):
        guard case .array(let found) = replies.first else {
          return Completion(.failed, error: "SMEMBERS was refused")
        }
        elements += found.compactMap { $0.text.map(Value.string) }
      }
    }
    return Completion(.ok, value: .list(elements))
  }

  private func deleteAll() async throws {
    let keys = (0..<settings.keys).map(registerKey) + (0..<Self.setParts).map(setKey)
    for key in keys {
      guard case .success(let replies) = await send([["DEL", key]], key: key), case .integer = replies.first else {
        throw TierWorkloadError("the key \(key) could not be deleted")
      }
    }
  }

  private func send(_ commands: [[String]], key: String) async -> Result<[RedisReply], RedisError> {
    do throws(RedisError) {
      return .success(
        try await cluster.commands(commands.map { $0.map { Array($0.utf8) } }, key: Array(key.utf8)))
    } catch {
      return .failure(error)
    }
  }

  private func registerKey(_ index: Int) -> String { "cap.\(settings.namespace).\(TierOperation.name(ofKey: index))" }
  private func setKey(_ index: Int) -> String { "cap.\(settings.namespace).set.\(abs(index % Self.setParts))" }
}
