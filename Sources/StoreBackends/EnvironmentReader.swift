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

  func choice<T: RawRepresentable<String> & CaseIterable>(_ name: String, default fallback: T) throws(BackendError) -> T
  {
    guard let text = set(name) else { return fallback }
    guard let choice = T(rawValue: text) else {
      let allowed = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw BackendError(.configuration, "\(name) must be one of \(allowed)")
    }
    return choice
  }

  func hosts(_ name: String, defaultPort: Int) throws(BackendError) -> [(String, Int)] {
    var hosts: [(String, Int)] = []
    for part in try required(name).split(separator: ",") {
      let pieces = part.split(separator: ":", omittingEmptySubsequences: false)
      let port = pieces.count == 2 ? Int(pieces[1]) : defaultPort
      guard (1...2).contains(pieces.count), let port, (1...65535).contains(port), let host = pieces.first, !host.isEmpty
      else {
        throw BackendError(.configuration, "\(name) must be a list such as host-1:\(defaultPort),host-2:\(defaultPort)")
      }
      hosts.append((String(host), port))
    }
    guard !hosts.isEmpty else { throw BackendError(.configuration, "\(name) names no host") }
    return hosts
  }
}
