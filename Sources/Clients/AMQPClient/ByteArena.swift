import CRabbitMQ

/// Strings packed into one buffer, so that a method with many of them needs one `withUnsafeBytes`.
struct ByteArena {
  private var storage: [UInt8] = []

  /// Packs `text`; the range finds it again.
  mutating func add(_ text: String) -> Range<Int> {
    let start = storage.count
    storage += Array(text.utf8)
    return start..<storage.count
  }

  /// Lends the buffer: the closure's argument turns a range into C bytes that live as long as the call.
  func lend<Result>(_ body: ((Range<Int>) -> amqp_bytes_t) -> Result) -> Result {
    storage.withUnsafeBytes { buffer in
      body { range in
        guard let base = buffer.baseAddress, !range.isEmpty else { return amqp_bytes_t(len: 0, bytes: nil) }
        return amqp_bytes_t(len: range.count, bytes: UnsafeMutableRawPointer(mutating: base + range.lowerBound))
      }
    }
  }
}
