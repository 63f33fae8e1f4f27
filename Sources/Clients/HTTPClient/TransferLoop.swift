import CCurl
import Glibc

/// The transfer thread, which drives a `MultiHandle`. Everything here stays on that thread; `Mailbox` is the way in.
final class TransferLoop {
  /// How often the times of those that wait for a connection are looked at.
  private static let waitingPollMilliseconds: Int32 = 50
  private let configuration: HTTPClientConfiguration
  private let mailbox: Mailbox
  private let sockets: MultiHandle
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
    guard MultiHandle.globalInit == CURLE_OK else { return refuse(mailbox, "libcurl could not be set up") }
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

  private init?(configuration: HTTPClientConfiguration, mailbox: Mailbox) {
    let connections = max(1, configuration.maxConnectionsPerHost)
    guard let sockets = MultiHandle(connections: connections),
      kv_epoll_control(sockets.epoll, EPOLL_CTL_ADD, mailbox.descriptor, kv_epoll_in) == 0
    else { return nil }
    self.configuration = configuration
    self.mailbox = mailbox
    self.sockets = sockets
    kv_multi_set_long(sockets.multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
  }

  deinit {
    // libcurl requires this order: easy handles first (they are out of the multi handle by now), then the multi
    // handle.
    active = [:]
    idle = []
  }

  // MARK: The loop

  private func run() {
    let capacity = 64
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
    events.initialize(repeating: epoll_event(), count: capacity)
    defer { events.deallocate() }
    while true {
      let count = epoll_wait(sockets.epoll, events, Int32(capacity), waitMilliseconds)
      var hasMail = false
      for index in 0..<max(0, count) {
        let descriptor = kv_epoll_descriptor(events, index)
        if descriptor == mailbox.descriptor {
          hasMail = true
        } else {
          sockets.tell(descriptor, kv_epoll_flags(events, index))
        }
      }
      sockets.tellTimeIfDue()
      collectFinished()
      if mayWait { giveUpOnTheLate() }
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
    let code = curl_multi_add_handle(sockets.multi, transfer.handle)
    guard code == CURLM_OK else {
      return transfer.fail(
        HTTPClientError(code: .internalFault, message: String(cString: curl_multi_strerror(code))))
    }
    active[submission.id] = transfer
  }

  private func collectFinished() {
    var handle: UnsafeMutableRawPointer?
    var result = CURLE_OK
    while kv_multi_next_finished(sockets.multi, &handle, &result) == 1 {
      guard let finished = handle, let transfer = Transfer.of(finished) else { continue }
      curl_multi_remove_handle(sockets.multi, finished)
      if let id = transfer.submission?.id { active[id] = nil }
      transfer.finish(result)
      if idle.count < configuration.maxConnectionsPerHost { idle.append(transfer) }
    }
  }

  /// Whether transfers may be waiting for a connection. libcurl does not time these: it would give up on them only when
  /// a connection is free.
  private var mayWait: Bool { active.count > max(1, configuration.maxConnectionsPerHost) }

  private func giveUpOnTheLate() {
    let now = MultiHandle.now
    for (id, transfer) in active where transfer.isLate(at: now) {
      active[id] = nil
      abandon(transfer, HTTPClientError(code: .connectFailed, message: "no connection was free in time"))
    }
  }

  private func abandon(_ transfer: Transfer, _ error: HTTPClientError) {
    curl_multi_remove_handle(sockets.multi, transfer.handle)
    transfer.fail(error)
  }

  private func close(_ reason: HTTPClientError) {
    for transfer in active.values { abandon(transfer, reason) }
    active = [:]
  }

  private var waitMilliseconds: Int32 {
    let latest: Int32? = mayWait ? Self.waitingPollMilliseconds : nil
    guard let wake = sockets.wakeNanoseconds else { return latest ?? -1 }
    let now = MultiHandle.now
    guard wake > now else { return 0 }
    return min(Int32(clamping: (wake - now + 999_999) / 1_000_000), latest ?? .max)
  }
}
