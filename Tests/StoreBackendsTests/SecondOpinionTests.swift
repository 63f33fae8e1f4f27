import KeyValueStore
import Synchronization
import Testing

@testable import StoreBackends

@Suite struct SecondOpinionTests {
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
      silence.withLock { $0 = (Partition(index: index), duration) }
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
    #expect(scene.asked.withLock { $0 } == [Partition(index: 2)])
    #expect(scene.stuckCount == (confirms ? 1 : 0))
    // It asks again as long as the silence lasts.
    await opinion.look()
    #expect(scene.askedCount == 2)
  }

  @Test func whatSpokeMeanwhileIsNotStuck() async {
    let scene = Scene()
    scene.isSilent(0, for: .seconds(5))
    let opinion = scene.opinion { _ in
      scene.silence.withLock { $0 = nil }
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
}
