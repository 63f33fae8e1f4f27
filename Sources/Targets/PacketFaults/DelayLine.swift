/// Packets on their way through a slow link: each leaves when it was serialized at the link's rate and its delay is
/// over.
///
/// Pure: times are given, in nanoseconds of one monotonic clock. Packets leave in the order in which they came, as on a
/// real line, whatever the jitter draws: to reorder them would be another fault.
public struct DelayLine<Packet> {
  public struct Settings: Sendable, Hashable {
    public var delayNanoseconds: UInt64
    /// The delay of each packet is drawn evenly from `delay ± jitter`; at most `delayNanoseconds`.
    public var jitterNanoseconds: UInt64
    /// `nil`: no limit.
    public var bitsPerSecond: UInt64?
    /// A packet that would wait longer than this for the line to be free is lost, as in the buffer of a router.
    public var bufferNanoseconds: UInt64

    public init(
      delayNanoseconds: UInt64 = 0, jitterNanoseconds: UInt64 = 0, bitsPerSecond: UInt64? = nil,
      bufferNanoseconds: UInt64 = 500_000_000
    ) {
      precondition(jitterNanoseconds <= delayNanoseconds, "a packet cannot leave before it came")
      precondition(bitsPerSecond != 0, "a line without any rate passes nothing; that is a cut")
      self.delayNanoseconds = delayNanoseconds
      self.jitterNanoseconds = jitterNanoseconds
      self.bitsPerSecond = bitsPerSecond
      self.bufferNanoseconds = bufferNanoseconds
    }
  }

  private let settings: Settings
  private var waiting: [(packet: Packet, at: UInt64)] = []
  /// Index of the first in `waiting` that has not left.
  private var first = 0
  private var lineFreeAt: UInt64 = 0
  private var lastDeparture: UInt64 = 0

  public init(_ settings: Settings) {
    self.settings = settings
  }

  public var count: Int { waiting.count - first }

  /// When the next packet leaves; `nil` when none waits.
  public var nextDeparture: UInt64? { count > 0 ? waiting[first].at : nil }

  /// Takes a packet.
  ///
  /// - Returns: whether there was room; a packet without is the caller's to drop.
  public mutating func enter(
    _ packet: Packet, lengthBytes: Int, now: UInt64, using generator: inout some RandomNumberGenerator
  ) -> Bool {
    var sent = now
    if let rate = settings.bitsPerSecond {
      let begin = max(now, lineFreeAt)
      guard begin - now <= settings.bufferNanoseconds else { return false }
      sent = begin + UInt64(lengthBytes) * 8 * 1_000_000_000 / rate
      lineFreeAt = sent
    }
    let jitter = settings.jitterNanoseconds
    let delay =
      settings.delayNanoseconds - jitter + (jitter > 0 ? UInt64.random(in: 0...2 * jitter, using: &generator) : 0)
    lastDeparture = max(lastDeparture, sent + delay)
    waiting.append((packet, lastDeparture))
    return true
  }

  /// Those that leave now, in order.
  public mutating func leave(now: UInt64) -> [Packet] {
    var end = first
    while end < waiting.count, waiting[end].at <= now { end += 1 }
    let leaving = waiting[first..<end].map(\.packet)
    first = end
    // What has left is forgotten now and then, so that neither time nor memory goes into each packet.
    if first > 1_024 || first == waiting.count {
      waiting.removeFirst(first)
      first = 0
    }
    return leaving
  }
}
