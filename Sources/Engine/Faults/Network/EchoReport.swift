/// What `kv-netfault ping` measured: a line an address, of words `172.30.87.11 sent=5 received=5 median_us=83
/// span_us=201`.
struct EchoReport: Sendable, Hashable {
  struct Line: Sendable, Hashable {
    var address: String
    var sent: Int
    var received: Int
    /// Of the round trips; `nil` when nothing came back.
    var median: Duration?
    /// From the first question to the last answer.
    var span: Duration?
  }

  var lines: [Line]

  /// `nil` for what is not such a report.
  init?(_ text: String) {
    var lines: [Line] = []
    for row in text.split(whereSeparator: \.isNewline) {
      let words = row.split(separator: " ")
      guard let address = words.first else { continue }
      let values = words.dropFirst().reduce(into: [Substring: Int]()) { values, word in
        let parts = word.split(separator: "=")
        if parts.count == 2, let value = Int(parts[1]) { values[parts[0]] = value }
      }
      guard let sent = values["sent"], let received = values["received"] else { return nil }
      lines.append(
        Line(
          address: String(address), sent: sent, received: received,
          median: values["median_us"].map { .microseconds($0) }, span: values["span_us"].map { .microseconds($0) }))
    }
    guard !lines.isEmpty else { return nil }
    self.lines = lines
  }

  /// The addresses that answered.
  var answering: [String] { lines.filter { $0.received > 0 }.map(\.address) }

  /// The share of questions that were not answered, of all lines together.
  var lostShare: Double {
    let sent = lines.reduce(0) { $0 + $1.sent }
    return sent == 0 ? 0 : 1 - Double(lines.reduce(0) { $0 + $1.received }) / Double(sent)
  }
}
