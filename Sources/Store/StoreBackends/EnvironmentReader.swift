import Endpoints

/// Reads typed settings; every error names its variable, and none shows a value (it may be a secret).
struct EnvironmentReader {
  private let environment: [String: String]

  init(_ environment: [String: String]) { self.environment = environment }

  private func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  func text(_ name: String, default fallback: String) -> String { set(name) ?? fallback }

  func required(_ name: String) throws(BackendError) -> String {
    guard let text = set(name) else { throw BackendError(.configuration, "\(name) is not set") }
    return text
  }

  func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(BackendError) -> Int {
    guard let text = set(name) else { return fallback }
    guard let number = Int(text), range.contains(number) else {
      throw BackendError(.configuration, "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func duration(_ name: String, default fallback: Duration) throws(BackendError) -> Duration {
    guard set(name) != nil else { return fallback }
    return .milliseconds(try integer(name, default: 0, in: 1...3_600_000))
  }

  /// A number and its unit: `90s`, `30m`, `24h`, `7d`.
  func span(_ name: String, default fallback: Duration, atLeast minimum: Duration) throws(BackendError) -> Duration {
    guard let text = set(name) else { return fallback }
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()),
      (1...1_000_000).contains(number),
      Duration.seconds(number * unit) >= minimum
    else {
      throw BackendError(
        .configuration, "\(name) must be a time such as 24h or 90m, at least \(minimum.components.seconds)s")
    }
    return .seconds(number * unit)
  }

  /// Names of SQL roles, separated by commas: lower-case letters, digits and underscores, because statements use them
  /// unquoted.
  func names(_ name: String) throws(BackendError) -> [String] {
    let names = (set(name) ?? "").split(separator: ",").map(String.init)
    guard
      names.allSatisfy({ name in
        name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
          && name.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
      })
    else { throw BackendError(.configuration, "\(name) must be a list of role names such as kv_api,kv_worker") }
    return names
  }

  func choice<T: RawRepresentable<String> & CaseIterable>(_ name: String, default fallback: T) throws(BackendError) -> T
  {
    guard let text = set(name) else { return fallback }
    guard let choice = T(rawValue: text) else {
      let allowed = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw BackendError(.configuration, "\(name) must be one of \(allowed)")
    }
    return choice
  }

  func hosts(_ name: String, defaultPort: Int) throws(BackendError) -> [HostPort] {
    var hosts: [HostPort] = []
    for part in try required(name).split(separator: ",") {
      guard let host = HostPort(part, defaultPort: defaultPort) else {
        throw BackendError(.configuration, "\(name) must be a list such as host-1:\(defaultPort),host-2:\(defaultPort)")
      }
      hosts.append(host)
    }
    guard !hosts.isEmpty else { throw BackendError(.configuration, "\(name) names no host") }
    return hosts
  }
}
