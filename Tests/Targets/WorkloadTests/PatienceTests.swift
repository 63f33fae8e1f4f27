import Testing

@testable import Workload

/// How long a question is asked.
struct PatienceTests {
  private let later = ContinuousClock.now + .seconds(3_600)

  @Test func itAsksUntilTheAnswerIsOk() async {
    var outcomes: [Completion] = [
      Completion(.unknown), Completion(.failed), Completion(.ok, version: 3), Completion(.ok),
    ]
    let answer = await Patience(until: later, pause: .zero).answer { outcomes.removeFirst() }
    #expect(answer == Completion(.ok, version: 3))
    #expect(outcomes.count == 1)
  }

  @Test func itAsksOnceWhenTheTimeIsUp() async {
    var asked = 0
    let answer = await Patience(until: .now, pause: .zero).answer {
      asked += 1
      return Completion(.unknown)
    }
    #expect(answer == nil && asked == 1)
  }

  @Test(.timeLimit(.minutes(10))) func itStopsWhenTheTaskIsCancelled() async {
    let task = Task { [later] in
      var asked = 0
      let answer = await Patience(until: later).answer {
        asked += 1
        withUnsafeCurrentTask { $0?.cancel() }
        return Completion(.failed)
      }
      return (answer, asked)
    }
    let (answer, asked) = await task.value
    #expect(answer == nil && asked == 1)
  }
}
