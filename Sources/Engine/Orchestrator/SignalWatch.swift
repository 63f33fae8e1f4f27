import Dispatch
import Foundation
import Glibc
import Synchronization

/// Turns the first SIGINT, SIGTERM and SIGHUP into calls, so that a run can heal, and a load test report, before it
/// ends. The same signal again has its default action: the process ends at once, however stuck it is.
///
/// One at a time: the signals are the process's. While one is on, a closed pipe is an error of the write and not the
/// end of the process (SIGPIPE): `kvchaos run … 2>&1 | head` must not leave a fault behind.
public final class SignalWatch: Sendable {
  private static let names = [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"]

  // Safe: set once, and libdispatch's calls on a source may come from any thread.
  private nonisolated(unsafe) let source: any DispatchSourceRead
  private let watched: [Int32]

  /// - Parameter handler: called with the signal's name, once for each.
  public init(handler: @escaping @Sendable (String) -> Void) {
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "cannot create a pipe: \(String(cString: strerror(errno)))")
    let (readEnd, writeEnd) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    let exchange = signalPipe.compareExchange(expected: -1, desired: writeEnd, ordering: .sequentiallyConsistent)
    precondition(exchange.exchanged, "two runs of one process cannot both watch its signals")
    source = DispatchSource.makeReadSource(fileDescriptor: readEnd, queue: .global())
    source.setEventHandler {
      var number: UInt8 = 0
      while read(readEnd, &number, 1) == 1 { handler(Self.names[Int32(number)] ?? "signal \(number)") }
    }
    source.setCancelHandler {
      close(readEnd)
      close(writeEnd)
    }
    source.resume()
    // A process that must outlive its terminal (nohup) does so.
    watched = Self.names.keys.filter { $0 != SIGHUP || !Self.isIgnored($0) }
    for number in watched { Self.catchOnce(number) }
    signal(SIGPIPE, SIG_IGN)
  }

  /// The signals do again what they do by themselves.
  public func stop() {
    for number in watched + [SIGPIPE] { signal(number, SIG_DFL) }
    signalPipe.store(-1, ordering: .sequentiallyConsistent)
    source.cancel()
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var current = sigaction()
    sigaction(number, nil, &current)
    return unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  /// The kernel itself puts the default action back when the signal comes.
  private static func catchOnce(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = noteSignal
    action.sa_flags = Int32(truncatingIfNeeded: SA_RESETHAND) | Int32(truncatingIfNeeded: SA_RESTART)
    sigaction(number, &action, nil)
  }
}

/// Where `noteSignal` writes; -1: nowhere.
private let signalPipe = Atomic<Int32>(-1)

/// The signal handler: does nothing but what is safe in one.
private func noteSignal(_ number: Int32) {
  let error = errno
  var byte = UInt8(truncatingIfNeeded: number)
  _ = write(signalPipe.load(ordering: .sequentiallyConsistent), &byte, 1)
  errno = error
}
