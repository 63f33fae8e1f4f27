import Glibc

extension MetricsRegistry {
  /// The standard metrics of a process: CPU, memory, open files, and when it started.
  public func addProcessMetrics() {
    counter("process_cpu_seconds_total", "User and system CPU time that this process has used, in seconds.") {
      var usage = rusage()
      guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return .nan }
      func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
      return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
    gauge("process_resident_memory_bytes", "Resident memory, in bytes.") {
      // Linux, proc(5): the second number of statm is the resident set in pages.
      let words = Self.contents(of: "/proc/self/statm").split(separator: " ")
      guard words.count > 1, let pages = Double(words[1]) else { return .nan }
      return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
    gauge("process_open_fds", "Open file descriptors.") {
      guard let directory = opendir("/proc/self/fd") else { return .nan }
      defer { closedir(directory) }
      var count = 0.0
      while readdir(directory) != nil { count += 1 }
      // Without `.`, `..` and the directory itself.
      return count - 3
    }
    let started = Self.secondsSince1970
    gauge("process_start_time_seconds", "When this process started, in seconds since 1970.") { started }
    gauge("process_clock_seconds", "This process' own clock, in seconds since 1970.") { Self.secondsSince1970 }
  }

  private static var secondsSince1970: Double {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec / 1_000_000) / 1000
  }

  private static func contents(of path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}
