/// Why a line is not an event; the reader adds the file and the line number.
struct LineFailure: Error {
  var expected: String
  var found: String

  /// - Parameter position: where the parser stood; what follows it, up to the line's end, is what was found.
  init(_ expected: String, at position: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
    self.expected = expected
    let rest = UnsafeBufferPointer(start: position, count: max(0, end - position))
    let line = rest.prefix { $0 != 0x0A }
    let shown = String(decoding: line.prefix(40), as: UTF8.self)
    found = line.isEmpty ? "the end of the line" : "`\(shown)\(line.count > 40 ? "…" : "")`"
  }

  init(expected: String, found: String) {
    self.expected = expected
    self.found = found
  }
}
