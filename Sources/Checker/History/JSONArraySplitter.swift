/// Finds the objects of a JSON array in pieces of its text, so that each can be parsed as a line of its own.
struct JSONArraySplitter {
  private enum Place { case start, element, separator, end }

  private var place = Place.start
  /// Within an object: where it begins, how deep the text is, and whether that is in a string.
  private var objectStart: Int?
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// Bytes that have been looked at.
  private var position = 0

  /// The array has been closed.
  var isComplete: Bool { place == .end }
  /// An object has begun and not ended.
  var isInObject: Bool { objectStart != nil }
  /// Bytes that are done with.
  private(set) var consumed = 0

  /// The next object that is complete; `nil` when more text is needed.
  ///
  /// - Parameter bytes: the text from what was not consumed on, longer than the last time or the same.
  mutating func next(_ bytes: UnsafeBufferPointer<UInt8>) throws(LineFailure) -> Range<Int>? {
    while position < bytes.count {
      let byte = bytes[position]
      if let start = objectStart {
        position += 1
        step(byte)
        guard depth == 0 else { continue }
        objectStart = nil
        consumed = position
        place = .separator
        return start..<position
      }
      guard byte > 0x20 else {
        position += 1
        consumed = position
        continue
      }
      switch (place, byte) {
      case (.start, 0x5B): place = .element
      case (.element, 0x7B):
        objectStart = position
        depth = 0
        continue
      case (.separator, 0x2C): place = .element
      // A comma before the bracket is no JSON, and says nothing wrong.
      case (.element, 0x5D), (.separator, 0x5D): place = .end
      case (.end, _): throw failure("nothing behind the bracket that ends the history", bytes)
      case (.separator, _): throw failure("`,` or `]`", bytes)
      default: throw failure("an operation, `{`", bytes)
      }
      position += 1
      consumed = position
    }
    return nil
  }

  /// What was consumed has been taken away from in front of the text.
  mutating func rebase() {
    position -= consumed
    objectStart = objectStart.map { $0 - consumed }
    consumed = 0
  }

  private mutating func step(_ byte: UInt8) {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == 0x5C {
        isEscaped = true
      } else if byte == 0x22 {
        isInString = false
      }
      return
    }
    switch byte {
    case 0x22: isInString = true
    case 0x7B, 0x5B: depth += 1
    case 0x7D, 0x5D: depth -= 1
    default: break
    }
  }

  private func failure(_ expected: String, _ bytes: UnsafeBufferPointer<UInt8>) -> LineFailure {
    guard let base = bytes.baseAddress else { return LineFailure(expected: expected, found: "nothing") }
    return LineFailure(expected, at: base + position, end: base + bytes.count)
  }

  /// Whether the text of an object ends before the object does.
  static func isCutShort(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    var splitter = JSONArraySplitter()
    let object = line.drop { $0 <= 0x20 }
    for byte in object {
      splitter.step(byte)
      if splitter.depth == 0 { return false }
    }
    return true
  }
}
