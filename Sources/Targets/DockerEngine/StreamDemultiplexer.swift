/// Splits the engine's multiplexed stream of logs and execs.
///
/// A frame is a byte that names the stream (1 standard output, 2 standard error), three zero bytes, the payload's
/// length in four bytes, most significant first, and the payload (Docker Engine API, `ContainerAttach`, "Stream
/// format").
public struct StreamDemultiplexer: Sendable {
  public enum Stream: UInt8, Sendable, Hashable {
    case input = 0
    case output = 1
    case error = 2
  }

  public struct Frame: Sendable, Hashable {
    public var stream: Stream
    public var payload: [UInt8]
  }

  private var pending: [UInt8] = []

  public init() {}

  /// The frames that are complete after these bytes; the rest is kept for the next call.
  public mutating func feed(_ bytes: [UInt8]) throws(DockerEngineError) -> [Frame] {
    pending += bytes
    var frames: [Frame] = []
    var start = 0
    while pending.count - start >= 8 {
      guard let stream = Stream(rawValue: pending[start]) else {
        throw DockerEngineError(
          code: .malformedAnswer, message: "a stream frame begins with the byte \(pending[start]), not with 0, 1 or 2")
      }
      let length = pending[(start + 4)..<(start + 8)].reduce(0) { $0 << 8 | Int($1) }
      guard pending.count - start >= 8 + length else { break }
      frames.append(Frame(stream: stream, payload: Array(pending[(start + 8)..<(start + 8 + length)])))
      start += 8 + length
    }
    pending.removeFirst(start)
    return frames
  }

  /// Whether bytes of an incomplete frame are left.
  public var hasPartialFrame: Bool { !pending.isEmpty }
}
