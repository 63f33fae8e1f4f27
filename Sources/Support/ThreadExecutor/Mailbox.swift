import Glibc

/// A queue between many producers and one consuming thread that may block on it.
///
/// Swift's `Mutex` has no condition variable, and the threads that own a blocking C handle need to sleep until work
/// comes or a time has passed; hence this pair of pthread primitives.
///
/// `@unchecked Sendable` is right because every access to `elements` and `isClosed` happens between
/// `pthread_mutex_lock` and `pthread_mutex_unlock` of the same mutex, and the two pointers never change.
public final class Mailbox<Element: Sendable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var elements: [Element] = []
  private var isClosed = false

  /// An open, empty mailbox.
  public init() {
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // The wall clock may jump (a clock fault does just that), so waits are measured on the monotonic clock.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Adds an element and wakes the consumer. Returns false, and keeps nothing, when the mailbox is closed or already
  /// holds `limit` elements.
  @discardableResult
  public func push(_ element: Element, limit: Int = .max) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if isClosed || elements.count >= limit { return false }
    elements.append(element)
    pthread_cond_signal(condition)
    return true
  }

  /// Takes everything that is there, waiting for the first element up to `timeoutMilliseconds` (for ever when nil).
  /// An empty array means that the time has passed; `nil` that the mailbox is closed and empty.
  public func takeAll(timeoutMilliseconds: Int? = nil) -> [Element]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    var until = timespec()
    if let timeoutMilliseconds {
      clock_gettime(CLOCK_MONOTONIC, &until)
      let nanoseconds = until.tv_nsec + (timeoutMilliseconds % 1000) * 1_000_000
      until.tv_sec += timeoutMilliseconds / 1000 + nanoseconds / 1_000_000_000
      until.tv_nsec = nanoseconds % 1_000_000_000
    }
    while elements.isEmpty {
      if isClosed { return nil }
      if timeoutMilliseconds == nil {
        pthread_cond_wait(condition, mutex)
      } else if pthread_cond_timedwait(condition, mutex, &until) == ETIMEDOUT {
        break
      }
    }
    let taken = elements
    elements = []
    return taken
  }

  /// Refuses further elements; the consumer still gets what is there, then `nil`.
  public func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}
