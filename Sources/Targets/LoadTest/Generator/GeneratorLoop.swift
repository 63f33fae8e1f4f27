import CCurl
import Glibc
import HTTPClient
import Presentation

/// The thread of a `LoadGenerator`. Everything here stays on it.
///
/// The loop enforces the time limits itself: looking at the open requests a few times a second is cheaper than two
/// libcurl timers for each of them.
final class GeneratorLoop {
  private static let eventCapacity = 256
  private static let sweepNanoseconds: UInt64 = 250_000_000
  /// A user who stops a test does not wait for a store that does not answer.
  private static let stopNanoseconds: UInt64 = 2_000_000_000

  private let settings: LoadSettings
  private let onSecond: (LoadRecorder.Second) -> Void
  private let sockets: MultiHandle
  private var clients: [ClientTransfers] = []
  private var schedule: any LoadSchedule
  private var recorder: LoadRecorder
  private var secondsTold = 0
  private let start: UInt64
  private var stoppedAt: UInt64?

  /// - Returns: `nil` if the system has no descriptor or libcurl no memory.
  init?(settings: LoadSettings, onSecond: @escaping (LoadRecorder.Second) -> Void) {
    schedule = settings.schedule()
    guard let sockets = MultiHandle(connections: schedule.clients + 8) else { return nil }
    self.settings = settings
    self.onSecond = onSecond
    self.sockets = sockets
    recorder = LoadRecorder(warmUpNanoseconds: settings.warmUp.nanoseconds)
    start = MultiHandle.now
    Self.allowDescriptors(schedule.clients + 64)
    for index in 0..<schedule.clients {
      guard let client = ClientTransfers(index: index, settings: settings) else { return nil }
      clients.append(client)
    }
  }

  deinit {
    // libcurl requires this order: easy handles first (they are out of the multi handle by now), then the multi
    // handle.
    clients = []
  }

  /// Raises the limit of open files as far as needed and allowed.
  private static func allowDescriptors(_ count: Int) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(count) else {
      return
    }
    limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  private var now: UInt64 { MultiHandle.now - start }

  /// When libcurl wants to be called again; `nil`: not until something happens.
  private var curlWake: UInt64? { sockets.wakeNanoseconds.map { $0 > start ? $0 - start : 0 } }

  // MARK: The loop

  func run(isStopping: () -> Bool) -> LoadGenerator.Result {
    let processorBefore = Self.threadProcessorNanoseconds
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.eventCapacity)
    events.initialize(repeating: epoll_event(), count: Self.eventCapacity)
    defer { events.deallocate() }
    var nextSweep = Self.sweepNanoseconds
    while let wake = sendDue() {
      sockets.tellTimeIfDue()
      // A request that failed at once, because the server does not listen, may let its client send again.
      if collectFinished() { continue }
      let until = min(wake, curlWake ?? .max, nextSweep)
      let current = now
      let wait = until > current ? until - current : 0
      let count = kv_epoll_wait_nanoseconds(sockets.epoll, events, Int32(Self.eventCapacity), wait)
      for index in 0..<max(0, count) { sockets.tell(kv_epoll_descriptor(events, index), kv_epoll_flags(events, index)) }
      collectFinished()
      if now >= nextSweep {
        nextSweep = now + Self.sweepNanoseconds
        if stoppedAt == nil, isStopping() {
          schedule.stop()
          stoppedAt = now
        }
        abandonOverdue()
        tellSeconds()
      }
    }
    recorder.finish()
    tellSeconds()
    return LoadGenerator.Result(
      recorder: recorder, processorNanoseconds: Self.threadProcessorNanoseconds - processorBefore,
      elapsedNanoseconds: now, isInterrupted: stoppedAt != nil)
  }

  /// Starts the requests that are due, and returns when the next one is; `nil` once the test is over.
  private func sendDue() -> UInt64? {
    while true {
      switch schedule.next(at: now) {
      case .send(let request): begin(request)
      case .wait(let until): return until
      case .waitForAnswer: return .max
      case .finished: return nil
      }
    }
  }

  private func begin(_ request: LoadRequest) {
    let client = clients[request.client]
    let moment = now
    let handle = client.begin(request, at: moment)
    // libcurl asks for a timer of 0 ms here: the transfer starts with the next call about a timeout.
    let code = curl_multi_add_handle(sockets.multi, handle)
    guard code == CURLM_OK else {
      client.abandon()
      recorder.record(request, .failed(String(cString: curl_multi_strerror(code))), sent: moment, ended: moment)
      return schedule.answered(client: request.client, at: moment)
    }
  }

  /// - Returns: whether any had finished.
  @discardableResult
  private func collectFinished() -> Bool {
    var finished: UnsafeMutableRawPointer?
    var code = CURLE_OK
    var any = false
    while kv_multi_next_finished(sockets.multi, &finished, &code) == 1 {
      any = true
      guard let handle = finished else { continue }
      curl_multi_remove_handle(sockets.multi, handle)
      guard let index = ClientTransfers.index(of: handle), let open = clients[index].open else { continue }
      end(index, open, clients[index].finish(code))
    }
    return any
  }

  private func end(_ index: Int, _ open: (request: LoadRequest, sentNanoseconds: UInt64), _ outcome: LoadOutcome) {
    let moment = now
    recorder.record(open.request, outcome, sent: open.sentNanoseconds, ended: moment)
    schedule.answered(client: index, at: moment)
  }

  private func abandonOverdue() {
    let limit = settings.timeout.nanoseconds
    let moment = now
    let isOver = stoppedAt.map { moment - $0 >= Self.stopNanoseconds } ?? false
    for (index, client) in clients.enumerated() {
      guard let open = client.open, let handle = client.openHandle else { continue }
      let isOverdue = moment - open.sentNanoseconds >= limit
      guard isOverdue || isOver else { continue }
      curl_multi_remove_handle(sockets.multi, handle)
      client.abandon()
      let reason =
        isOverdue
        ? "no answer within \(Numbers.grouped(settings.timeout.seconds)) s" : "no answer before the interruption"
      end(index, open, .unknown(reason))
    }
  }

  private func tellSeconds() {
    recorder.advance(to: now)
    while secondsTold < recorder.seconds.count {
      onSecond(recorder.seconds[secondsTold])
      secondsTold += 1
    }
  }

  private static var threadProcessorNanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
