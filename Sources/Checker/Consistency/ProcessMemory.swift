#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The memory of this process, as the operating system counts it.
enum ProcessMemory {
  /// The largest resident set so far, in bytes.
  ///
  /// Linux: `VmHWM` of proc(5). What getrusage(2) counts survives exec(2), so it would show the peak of the parent that
  /// started this program.
  static var peakBytes: Int {
    if let peak = statusBytes("VmHWM:") { return peak }
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return Int(usage.ru_maxrss) * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return Int(usage.ru_maxrss)
    #endif
  }

  /// A line of `/proc/self/status` that counts kB; `nil` where there is none.
  private static func statusBytes(_ name: String) -> Int? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var text = [UInt8](repeating: 0, count: 8192)
    let count = fread(&text, 1, text.count, file)
    for line in String(decoding: text.prefix(count), as: UTF8.self).split(separator: "\n") where line.hasPrefix(name) {
      return line.split { !$0.isNumber }.first.flatMap { Int($0) }.map { $0 * 1024 }
    }
    return nil
  }

  /// The resident set now, in bytes; 0 where the system does not tell.
  static var residentBytes: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var text = [UInt8](repeating: 0, count: 128)
    let count = fread(&text, 1, text.count, file)
    let fields = String(decoding: text.prefix(count), as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
