import CCurl
import Glibc

/// The transfer thread: a multi handle, driven by epoll. Everything in here stays on that thread; `Mailbox` is the way in.
///
/// libcurl says through two callbacks which sockets to watch and when to wake up next; the loop tells it which socket is
/// ready. So a wake-up costs what happened, not the number of transfers open.
final class TransferLoop {
  private let configuration: HTTPClientConfiguration
  private let mailbox: Mailbox
  private let multi: UnsafeMutableRawPointer
  private let epoll: Int32
  private var watched: Set<Int32> = []
  /// When libcurl wants to be called again, on the monotonic clock; `nil`: not before something happens.
  private var wakeNanoseconds: UInt64?
  private var active: [UInt64: Transfer] = [:]
  private var idle: [Transfer] = []

  /// Starts a thread that runs until the mailbox is closed. If there is no memory for one, the mailbox is closed.
  static func start(configuration: HTTPClientConfiguration, mailbox: Mailbox) {
    final class Start {
      let configuration: HTTPClientConfiguration
      let mailbox: Mailbox
      init(_ configuration: HTTPClientConfiguration, _ mailbox: Mailbox) {
        self.configuration = configuration
        self.mailbox = mailbox
      }
    }
    // Here, not in the thread: the process may end before the thread has got so far.
    guard globalInit == CURLE_OK else { return refuse(mailbox, "libcurl could not be set up") }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let start = Unmanaged.passRetained(Start(configuration, mailbox))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        if let loop = TransferLoop(configuration: start.configuration, mailbox: start.mailbox) {
          loop.run()
        } else {
          TransferLoop.refuse(start.mailbox, "libcurl or epoll could not be set up")
        }
        return nil
      }, start.toOpaque())
    if code != 0 {
      start.release()
      refuse(mailbox, "no thread could be started: \(String(cString: strerror(code)))")
    }
  }

  private static func refuse(_ mailbox: Mailbox, _ message: String) {
    let error = HTTPClientError(code: .internalFault, message: message)
    mailbox.close(error)
    for case .submit(let submission) in mailbox.take().commands { submission.fail(error) }
  }

  /// Without TLS, which nothing here speaks: OpenSSL's set-up in a thread crashes when the process ends meanwhile.
  private static let globalInit = curl_global_init(Int(CURL_GLOBAL_NOTHING))

  private init?(configuration: HTTPClientConfiguration, mailbox: Mailbox) {
    guard let multi = curl_multi_init() else { return nil }
    self.configuration = configuration
    self.mailbox = mailbox
    self.multi = multi
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0, kv_epoll_control(epoll, EPOLL_CTL_ADD, mailbox.descriptor, kv_epoll_in) == 0 else { return nil }
    let connections = max(1, configuration.maxConnectionsPerHost)
    kv_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
    kv_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
    kv_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    let context = Unmanaged.passUnretained(self).toOpaque()
    kv_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
    kv_multi_set_socket_function(multi) { _, socket, what, context, _ in
      TransferLoop.borrow(context)?.watch(socket, what)
      return 0
    }
    kv_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
    kv_multi_set_timer_function(multi) { _, milliseconds, context in
      TransferLoop.borrow(context)?.setTimer(milliseconds)
      return 0
    }
  }

  deinit {
    // The order that libcurl wants: easy handles first (they are out of the multi handle by now), then the multi handle.
    active = [:]
    idle = []
    curl_multi_cleanup(multi)
    if epoll >= 0 { Glibc.close(epoll) }
  }

  private static func borrow(_ context: UnsafeMutableRawPointer?) -> TransferLoop? {
    context.map { Unmanaged<TransferLoop>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: The loop

  private func run() {
    let capacity = 64
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
    events.initialize(repeating: epoll_event(), count: capacity)
    defer { events.deallocate() }
    while true {
      let count = epoll_wait(epoll, events, Int32(capacity), waitMilliseconds)
      var hasMail = false
      for index in 0..<max(0, count) {
        let descriptor = kv_epoll_descriptor(events, index)
        if descriptor == mailbox.descriptor {
          hasMail = true
        } else {
          tell(descriptor, kv_epoll_flags(events, index))
        }
      }
      if let wakeNanoseconds, wakeNanoseconds <= Self.now {
        self.wakeNanoseconds = nil
        tell(CURL_SOCKET_TIMEOUT, 0)
      }
      collectFinished()
      if hasMail {
        let (commands, closed) = mailbox.take()
        for command in commands { perform(command) }
        if let closed { return close(closed) }
      }
    }
  }

  private func perform(_ command: Mailbox.Command) {
    switch command {
    case .submit(let submission): begin(submission)
    case .cancel(let id):
      guard let transfer = active.removeValue(forKey: id) else { return }
      abandon(transfer, HTTPClientError(code: .cancelled, message: "the request was cancelled"))
    }
  }

  private func begin(_ submission: Submission) {
    guard let transfer = idle.popLast() ?? Transfer(unixSocketPath: configuration.unixSocketPath) else {
      return submission.fail(HTTPClientError(code: .internalFault, message: "libcurl has no memory for a handle"))
    }
    transfer.prepare(submission)
    // libcurl asks for a timer of 0 ms here, so that the transfer starts at the next turn of the loop.
    let code = curl_multi_add_handle(multi, transfer.handle)
    guard code == CURLM_OK else {
      return transfer.fail(
        HTTPClientError(code: .internalFault, message: String(cString: curl_multi_strerror(code))))
    }
    active[submission.id] = transfer
  }

  private func collectFinished() {
    var handle: UnsafeMutableRawPointer?
    var result = CURLE_OK
    while kv_multi_next_finished(multi, &handle, &result) == 1 {
      guard let finished = handle, let transfer = Transfer.of(finished) else { continue }
      curl_multi_remove_handle(multi, finished)
      if let id = transfer.submission?.id { active[id] = nil }
      transfer.finish(result)
      if idle.count < configuration.maxConnectionsPerHost { idle.append(transfer) }
    }
  }

  private func abandon(_ transfer: Transfer, _ error: HTTPClientError) {
    curl_multi_remove_handle(multi, transfer.handle)
    transfer.fail(error)
  }

  private func close(_ reason: HTTPClientError) {
    for transfer in active.values { abandon(transfer, reason) }
    active = [:]
  }

  // MARK: libcurl's wishes

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
    wakeNanoseconds = milliseconds < 0 ? nil : Self.now + UInt64(milliseconds) * 1_000_000
  }

  private var waitMilliseconds: Int32 {
    guard let wakeNanoseconds else { return -1 }
    let now = Self.now
    guard wakeNanoseconds > now else { return 0 }
    return Int32(clamping: (wakeNanoseconds - now + 999_999) / 1_000_000)
  }

  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
