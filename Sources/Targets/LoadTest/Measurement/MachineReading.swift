import Glibc

/// How much processor time this machine has used since it started (proc(5), `/proc/stat`).
struct MachineReading: Sendable, Hashable {
  var cores: Int
  var busySeconds: Double
  var totalSeconds: Double

  /// Reads it now; `nil` if the file does not exist.
  static func now() -> MachineReading? {
    let file = open("/proc/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    return MachineReading(
      parsing: String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self),
      ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
      cores: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// `cpu  user nice system idle iowait irq softirq steal …`: all but idle and iowait is work. Guests are part of user.
  init?(parsing text: String, ticksPerSecond: Double, cores: Int) {
    guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
    let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    guard ticks.count >= 5 else { return nil }
    self.cores = cores
    totalSeconds = ticks.reduce(0, +) / ticksPerSecond
    busySeconds = totalSeconds - (ticks[3] + ticks[4]) / ticksPerSecond
  }
}
