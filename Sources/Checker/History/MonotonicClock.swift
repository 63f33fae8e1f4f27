#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The machine's monotonic clock. Containers share the host's, so times that several of them read can be compared.
package enum MonotonicClock {
  package static var nanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
