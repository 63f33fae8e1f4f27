import Escaping
import Glibc
import Logging

/// One JSON object a line on standard error: time, level, service, instance, message, metadata.
public struct JSONLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level
  private let label: String
  private let instance: String

  public init(label: String, instance: String, level: Logger.Level) {
    self.label = label
    self.instance = instance
    logLevel = level
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var line = "{\"time\":\(Escaping.json(Self.now())),\"level\":\"\(event.level.rawValue)\""
    line += ",\"service\":\(Escaping.json(label)),\"instance\":\(Escaping.json(instance))"
    line += ",\"message\":\(Escaping.json(event.message.description))"
    for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }
    ) {
      line += ",\(Escaping.json(key)):\(Escaping.json(value.description))"
    }
    line += "}\n"
    // One write a line: lines of several threads do not mix up to PIPE_BUF.
    let bytes = Array(line.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }

  private static func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    var parts = tm()
    gmtime_r(&time.tv_sec, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let milliseconds = String(1000 + time.tv_nsec / 1_000_000).dropFirst()
    let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    return "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(milliseconds)Z"
  }
}
