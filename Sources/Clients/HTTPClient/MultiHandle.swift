import CCurl
import Glibc

/// The one owner of a libcurl multi handle and of the epoll descriptor that drives it, for one thread.
///
/// libcurl says through two callbacks which sockets to watch and when to wake up next; the loop tells it
/// which socket is ready. So the cost of a turn depends on what happened, not on the number of open transfers.
package final class MultiHandle {
  package let multi: UnsafeMutableRawPointer
  package let epoll: Int32
  /// When libcurl wants to be called again, on the monotonic clock; `nil`: not until something happens.
  package private(set) var wakeNanoseconds: UInt64?
  private var watched: Set<Int32> = []

  /// Without TLS, which nothing here speaks: OpenSSL's set-up in a thread crashes when the process ends meanwhile.
  package static let globalInit = curl_global_init(Int(CURL_GLOBAL_NOTHING))

  /// - Parameter connections: the maximum that is kept open.
  /// - Returns: `nil` if libcurl has no memory or the system no descriptor.
  package init?(connections: Int) {
    guard Self.globalInit == CURLE_OK, let multi = curl_multi_init() else { return nil }
    self.multi = multi
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { return nil }
    kv_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
    kv_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    let context = Unmanaged.passUnretained(self).toOpaque()
    kv_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
    kv_multi_set_socket_function(multi) { _, socket, what, context, _ in
      MultiHandle.borrow(context)?.watch(socket, what)
      return 0
    }
    kv_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
    kv_multi_set_timer_function(multi) { _, milliseconds, context in
      MultiHandle.borrow(context)?.setTimer(milliseconds)
      return 0
    }
  }

  /// libcurl requires its easy handles to be removed first: a caller that added some removes them before releasing
  /// this.
  deinit {
    curl_multi_cleanup(multi)
    if epoll >= 0 { Glibc.close(epoll) }
  }

  private static func borrow(_ context: UnsafeMutableRawPointer?) -> MultiHandle? {
    context.map { Unmanaged<MultiHandle>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Nanoseconds of the monotonic clock.
  package static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// A watched socket is ready as the flags of epoll say.
  package func tell(_ socket: curl_socket_t, _ flags: UInt32) {
    var mask: Int32 = 0
    if flags & kv_epoll_in != 0 { mask |= CURL_CSELECT_IN }
    if flags & kv_epoll_out != 0 { mask |= CURL_CSELECT_OUT }
    if flags & kv_epoll_failed != 0 { mask |= CURL_CSELECT_ERR }
    var running: Int32 = 0
    curl_multi_socket_action(multi, socket, mask, &running)
  }

  /// Calls libcurl if the time has come for which it asked.
  package func tellTimeIfDue() {
    guard let wakeNanoseconds, wakeNanoseconds <= Self.now else { return }
    self.wakeNanoseconds = nil
    tell(CURL_SOCKET_TIMEOUT, 0)
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
      // The descriptor was closed and its number reused without notice: try the other operation.
      _ = kv_epoll_control(epoll, isNew ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, flags)
    }
  }

  private func setTimer(_ milliseconds: Int) {
    wakeNanoseconds = milliseconds < 0 ? nil : Self.now + UInt64(milliseconds) * 1_000_000
  }
}
