import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One run of a program: how long it took, what it needed, how it ended.
struct Measurement {
  var seconds: Double
  /// Processor time of all threads: what stays the same when the machine is busy with other things.
  var processorSeconds: Double
  /// The largest resident set, in bytes.
  var peakBytes: Int
  var status: Int32

  /// Runs a program and waits for it.
  ///
  /// - Parameter output: the file that takes what it prints.
  init(running arguments: [String], output: String = "/dev/null") throws {
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let start = ContinuousClock.now
    var process: pid_t = 0
    let spawned = posix_spawn(&process, arguments[0], &actions, nil, pointers, environ)
    guard spawned == 0 else { throw POSIXError(POSIXErrorCode(rawValue: spawned) ?? .EIO) }
    var usage = rusage()
    var ended: Int32 = 0
    while wait4(process, &ended, 0, &usage) < 0 && errno == EINTR {}
    seconds = (ContinuousClock.now - start) / .seconds(1)
    func time(_ value: timeval) -> Double { Double(value.tv_sec) + Double(value.tv_usec) / 1e6 }
    processorSeconds = time(usage.ru_utime) + time(usage.ru_stime)
    #if canImport(Glibc)
      peakBytes = Int(usage.ru_maxrss) * 1024
    #else
      peakBytes = Int(usage.ru_maxrss)
    #endif
    // As WIFEXITED and WEXITSTATUS read it; a signal counts as its negative number.
    status = ended & 0x7F == 0 ? (ended >> 8) & 0xFF : -(ended & 0x7F)
  }

  /// Of several runs the one in the middle by time, with the largest memory of all.
  static func median(of count: Int, running arguments: [String]) throws -> Measurement {
    var runs: [Measurement] = []
    for _ in 0..<count { runs.append(try Measurement(running: arguments)) }
    runs.sort { $0.seconds < $1.seconds }
    var middle = runs[runs.count / 2]
    middle.peakBytes = runs.map(\.peakBytes).max() ?? middle.peakBytes
    return middle
  }

  /// What a program prints.
  static func output(of arguments: [String]) throws -> String {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("kvchaos-bench-output-\(getpid())")
    defer { try? FileManager.default.removeItem(at: file) }
    _ = try Measurement(running: arguments, output: file.path)
    return try String(contentsOf: file, encoding: .utf8)
  }

  /// Of two runs of one program the longer time and the larger memory.
  func merged(with other: Measurement) -> Measurement {
    var worst = seconds > other.seconds ? self : other
    worst.peakBytes = max(peakBytes, other.peakBytes)
    return worst
  }
}
