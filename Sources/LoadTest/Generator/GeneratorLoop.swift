import CCurl
import Glibc

/// The thread of a `LoadGenerator`. Everything in here stays on it.
///
/// libcurl says which sockets to watch and when to wake up next; the loop tells it which socket is ready, so that a turn
/// costs what happened and not the number of connections. Time limits are the loop's own: one look over the open requests a
/// second is cheaper than two timers of libcurl's for each of them.
final class GeneratorLoop {
  private static let eventCapacity = 256
  private static let sweepNanoseconds: UInt64 = 250_000_000

  private let settings: LoadSettings
  private let onSecond: (LoadRecorder.Second) -> Void
  private let multi: UnsafeMutableRawPointer
  private let epoll: Int32
  private var watched: Set<Int32> = []
  /// When libcurl wants to be called again; `nil`: not before something happens.
  private var curlWake: UInt64?
  private var clients: [ClientTransfers] = []
  private var schedule: any LoadSchedule
  private var recorder: LoadRecorder
  private var secondsTold = 0
  private let start: UInt64

  /// - Returns: nil when the system has no descriptor or libcurl no memory.
  init?(settings: LoadSettings, onSecond: @escaping (LoadRecorder.Second) -> Void) {
    guard Self.globalInit == CURLE_OK, let multi = curl_multi_init() else { return nil }
    self.settings = settings
    self.onSecond = onSecond
    self.multi = multi
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    schedule = settings.schedule()
    recorder = LoadRecorder(warmUpNanoseconds: settings.warmUp.nanoseconds)
    start = Self.monotonicNanoseconds
    guard epoll >= 0 else { return nil }
    Self.allowDescriptors(schedule.clients + 64)
    for index in 0..<schedule.clients {
      guard let client = ClientTransfers(index: index, settings: settings) else { return nil }
      clients.append(client)
    }
    kv_multi_set_long(multi, CURLMOPT_MAXCONNECTS, schedule.clients + 8)
    kv_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    let context = Unmanaged.passUnretained(self).toOpaque()
    kv_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
    kv_multi_set_socket_function(multi) { _, socket, what, context, _ in
      GeneratorLoop.borrow(context)?.watch(socket, what)
      return 0
    }
    kv_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
    kv_multi_set_timer_function(multi) { _, milliseconds, context in
      GeneratorLoop.borrow(context)?.setTimer(milliseconds)
      return 0
    }
  }

  deinit {
    // The order that libcurl wants: easy handles first (they are out of the multi handle by now), then the multi handle.
    clients = []
    curl_multi_cleanup(multi)
    if epoll >= 0 { Glibc.close(epoll) }
  }

  /// Without TLS, which nothing here speaks.
  private static let globalInit = curl_global_init(Int(CURL_GLOBAL_NOTHING))

  /// Raises the limit of open files as far as it is needed and allowed.
  private static func allowDescriptors(_ count: Int) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(count) else {
      return
    }
    limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  private static func borrow(_ context: UnsafeMutableRawPointer?) -> GeneratorLoop? {
    context.map { Unmanaged<GeneratorLoop>.fromOpaque($0).takeUnretainedValue() }
  }

  private static var monotonicNanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private var now: UInt64 { Self.monotonicNanoseconds - start }

  // MARK: The loop

  func run(isStopping: () -> Bool) -> LoadGenerator.Result {
    let processorBefore = Self.threadProcessorNanoseconds
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.eventCapacity)
    events.initialize(repeating: epoll_event(), count: Self.eventCapacity)
    defer { events.deallocate() }
    var nextSweep = Self.sweepNanoseconds
    while let wake = sendDue() {
      if let curlWake, curlWake <= now { tellTimeout() }
      // What ended just now, because nobody listens, may let its client send again at once.
      if collectFinished() { continue }
      let until = min(wake, curlWake ?? .max, nextSweep)
      let current = now
      let wait = until > current ? until - current : 0
      let count = kv_epoll_wait_nanoseconds(epoll, events, Int32(Self.eventCapacity), wait)
      for index in 0..<max(0, count) { tell(kv_epoll_descriptor(events, index), kv_epoll_flags(events, index)) }
      collectFinished()
      if now >= nextSweep {
        nextSweep = now + Self.sweepNanoseconds
        if isStopping() { schedule.stop() }
        abandonOverdue()
        tellSeconds()
      }
    }
    recorder.finish()
    tellSeconds()
    return LoadGenerator.Result(
      recorder: recorder, processorNanoseconds: Self.threadProcessorNanoseconds - processorBefore,
      elapsedNanoseconds: now)
  }

  /// Begins what is due, and says when something is next; nil when all is over.
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
    let code = curl_multi_add_handle(multi, handle)
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
    while kv_multi_next_finished(multi, &finished, &code) == 1 {
      any = true
      guard let handle = finished else { continue }
      curl_multi_remove_handle(multi, handle)
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
    for (index, client) in clients.enumerated() {
      guard let open = client.open, moment - open.sentNanoseconds >= limit, let handle = client.openHandle else {
        continue
      }
      curl_multi_remove_handle(multi, handle)
      client.abandon()
      end(index, open, .unknown("no answer within \(Figures.decimal(settings.timeout.seconds)) s"))
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

  // MARK: libcurl's wishes

  private func tellTimeout() {
    curlWake = nil
    var running: Int32 = 0
    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
  }

  private func tell(_ socket: curl_socket_t, _ flags: UInt32) {
    var mask: Int32 = 0
    if flags & kv_epoll_in != 0 { mask |= CURL_CSELECT_IN }
    if flags & kv_epoll_out != 0 { mask |= CURL_CSELECT_OUT }
    if flags & kv_epoll_failed != 0 { mask |= CURL_CSELECT_ERR }
    var running: Int32 = 0
    curl_multi_socket_action(multi, socket, mask, &running)
  }

  private func watch(_ socket: curl_socket_t, _ what: Int32) {
    var flags: UInt32 = 0
    switch what {
    case CURL_POLL_IN: flags = kv_epoll_in
    case CURL_POLL_OUT: flags = kv_epoll_out
    case CURL_POLL_INOUT: flags = kv_epoll_in | kv_epoll_out
    default:
      watched.remove(socket)
      _ = kv_epoll_control(epoll, EPOLL_CTL_DEL, socket, 0)
      return
    }
    let isNew = watched.insert(socket).inserted
    if kv_epoll_control(epoll, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, flags) != 0 {
      // The descriptor was closed and its number given out again without a word: the other way round, then.
      _ = kv_epoll_control(epoll, isNew ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, flags)
    }
  }

  private func setTimer(_ milliseconds: Int) {
    curlWake = milliseconds < 0 ? nil : milliseconds == 0 ? 0 : now + UInt64(milliseconds) * 1_000_000
  }
}
