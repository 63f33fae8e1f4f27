import AMQPClient
import Endpoints
import KeyValueStore
import NIOPosix
import Synchronization
import Testing

@testable import StoreBackends

@Suite(.timeLimit(.minutes(10))) struct SecondOpinionTests {
  /// A partition's silence as the test says, and what came of it.
  private final class Scene: Sendable {
    let silence = Mutex<(partition: Partition, duration: Duration)?>(nil)
    let asked = Mutex<[Partition]>([])
    let stuck = Mutex(0)

    func opinion(ask: @escaping @Sendable (Partition) async -> Bool) -> SecondOpinion {
      SecondOpinion(
        longestSilence: { self.silence.withLock { $0 } },
        ask: { partition in
          self.asked.withLock { $0.append(partition) }
          return await ask(partition)
        },
        stuck: { self.stuck.withLock { $0 += 1 } })
    }

    func isSilent(_ index: Int, for duration: Duration) {
      silence.withLock { $0 = (Partition(index: index, count: 4), duration) }
    }
    var askedCount: Int { asked.withLock { $0.count } }
    var stuckCount: Int { stuck.withLock { $0 } }
  }

  @Test func nobodyIsAskedWhileTheQueueMayBeElecting() async {
    let scene = Scene()
    let opinion = scene.opinion { _ in true }
    await opinion.look()
    scene.isSilent(1, for: .seconds(3))
    await opinion.look()
    #expect(scene.askedCount == 0)
    #expect(scene.stuckCount == 0)
  }

  @Test(arguments: [true, false]) func theConnectionIsStuckOnlyIfAnotherOneIsConfirmed(confirms: Bool) async {
    let scene = Scene()
    scene.isSilent(2, for: .seconds(5))
    let opinion = scene.opinion { _ in confirms }
    await opinion.look()
    #expect(scene.asked.withLock { $0 } == [Partition(index: 2, count: 4)])
    #expect(scene.stuckCount == (confirms ? 1 : 0))
    // It asks again as long as the silence lasts.
    await opinion.look()
    #expect(scene.askedCount == 2)
  }

  /// It may have spoken and be silent again, or another partition may be silent by now.
  @Test(arguments: [nil, (0, .seconds(1)), (1, .seconds(9))] as [(Int, Duration)?])
  func whatSpokeMeanwhileIsNotStuck(now: (Int, Duration)?) async {
    let scene = Scene()
    scene.isSilent(0, for: .seconds(5))
    let opinion = scene.opinion { _ in
      scene.silence.withLock { $0 = now.map { (Partition(index: $0.0, count: 4), $0.1) } }
      return true
    }
    await opinion.look()
    #expect(scene.askedCount == 1)
    #expect(scene.stuckCount == 0)
  }

  @Test func oneQuestionAtATime() async {
    let scene = Scene()
    scene.isSilent(0, for: .seconds(5))
    let (answer, gives) = AsyncStream<Void>.makeStream()
    let (began, begins) = AsyncStream<Void>.makeStream()
    let opinion = scene.opinion { _ in
      // A second concurrent probe is counted, and blocks nothing.
      guard scene.askedCount == 1 else { return false }
      begins.finish()
      for await _ in answer {}
      return false
    }
    async let first: Void = opinion.look()
    for await _ in began {}
    await opinion.look()
    #expect(scene.askedCount == 1)
    gives.finish()
    await first
  }

  // MARK: On a connection

  /// The broker's confirmation is what counts, and nothing else; and the connection is closed again.
  @Test(arguments: [(.confirm, true), (.refuse, false), (.silence, false)] as [(ScriptedBroker.Answer, Bool)])
  func aQueueConfirmsIfItsBrokerSaysSo(answer: ScriptedBroker.Answer, confirms: Bool) async {
    let broker = ScriptedBroker { _, _ in answer }
    let partition = Partition(index: 3, count: 4)
    #expect(await SecondOpinion.confirms(partition, options: broker.options()) == confirms)
    #expect(broker.published == [ScriptedBroker.Published(role: "test", queue: partition.queueName)])
    #expect(broker.closings == 1)
  }

  @Test func aBrokerThatIsNotThereConfirmsNothing() async {
    let options = AMQPOptions(
      hosts: [HostPort(host: "127.0.0.1", port: 1)], user: "u", password: "", connectionName: "test")
    #expect(await SecondOpinion.confirms(Partition(index: 0, count: 4), options: options) == false)
  }

  /// The publishing connection of a command log: what it sends to the second of two partitions is never confirmed, as
  /// after a partition of the brokers; on any other connection it is.
  @Test func aConnectionThatIsStuckIsMadeAnew() async throws {
    let (healthy, stuck) = (Partition(index: 0, count: 2).queueName, Partition(index: 1, count: 2).queueName)
    let broker = ScriptedBroker { message, number in
      message.role == "publisher" && message.queue == stuck && number == 1 ? .silence : .confirm
    }
    var environment = ConfigurationTests.minimum
    environment["KV_AMQP_HOSTS"] = "127.0.0.1:\(broker.port)"
    environment["KV_PARTITIONS"] = "2"
    let log = AMQPCommandLog(
      configuration: try Configuration(environment: environment, hostname: "host"), replies: ReplyRegistry(),
      loop: MultiThreadedEventLoopGroup.singleton.next()
    ) { _ in }
    // A readiness check of the log probes each partition.
    while !log.isReady() || broker.connections("publisher") < 2 { try await Task.sleep(for: .milliseconds(20)) }
    await log.close()
    #expect(broker.published.contains { $0.role == "publisher" && $0.queue == healthy })
    let asked = broker.published.filter { $0.role == "second-opinion" }.map(\.queue)
    #expect(Set(asked) == [stuck])
  }
}
