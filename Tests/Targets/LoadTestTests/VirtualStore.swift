@testable import LoadTest

/// A store whose answers take as long as a test says, on a clock that jumps from event to event: an hour of load in no
/// time.
struct VirtualStore {
  /// What the test may look at afterwards.
  struct Run {
    var sent: [(request: LoadRequest, at: UInt64)] = []
    var recorder = LoadRecorder()
    /// The most requests that were open at any time.
    var mostOpen = 0
    var end: UInt64 = 0
  }

  /// How long the store takes for a request that reaches it at a moment.
  var latency: (LoadRequest, UInt64) -> UInt64

  func run(_ schedule: some LoadSchedule, stopAt: UInt64? = nil) -> Run {
    var schedule = schedule
    var run = Run()
    var open: [(ends: UInt64, sent: UInt64, request: LoadRequest)] = []
    var now: UInt64 = 0
    while true {
      if let stopAt, now >= stopAt { schedule.stop() }
      let until: UInt64?
      switch schedule.next(at: now) {
      case .send(let request):
        run.sent.append((request, now))
        open.append((now + latency(request, now), now, request))
        run.mostOpen = max(run.mostOpen, open.count)
        continue
      case .wait(let moment): until = moment
      case .waitForAnswer: until = nil
      case .finished:
        run.end = now
        run.recorder.finish()
        return run
      }
      let first = open.indices.min { open[$0].ends < open[$1].ends }
      if let first, open[first].ends <= until ?? .max {
        let ended = open.remove(at: first)
        now = max(now, ended.ends)
        run.recorder.record(ended.request, .ok, sent: ended.sent, ended: now)
        schedule.answered(client: ended.request.client, at: now)
      } else {
        precondition(until != nil, "the schedule waits for an answer, and none is due")
        now = until ?? now
      }
    }
  }
}

let millisecond: UInt64 = 1_000_000
let second: UInt64 = 1_000_000_000
