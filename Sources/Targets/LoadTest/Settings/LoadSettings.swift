import ChaosPlan
import Presentation

/// What a load test does.
public struct LoadSettings: Sendable, Hashable {
  /// The clients and their load.
  public enum Mode: Sendable, Hashable {
    /// `users` start evenly over the ramp, and each sends a PUT and a GET of the same key, `loops` times.
    case users(Int, ramp: Duration, loops: Int)
    /// `clients` send as fast as they are answered.
    case saturated(clients: Int, duration: Duration)
    /// This many requests a second, over at most `connections`.
    case rate(Double, duration: Duration, connections: Int)
  }

  public var mode: Mode
  public var target: LoadTarget
  public var acknowledgement: AcknowledgementLevel
  public var read: ReadLevel
  /// Keys that are used in turn.
  public var keys: Int
  /// Bytes of each value.
  public var valueBytes: Int
  /// PUTs among a thousand requests. Not used for `users`, which alternate.
  public var putsPerThousand: Int
  /// Requests that are due within it are sent, but not measured.
  public var warmUp: Duration
  /// Stops waiting for an answer after this time; the outcome is unknown.
  public var timeout: Duration
  /// Sent as `Authorization: Bearer`; never printed.
  public var token: String?

  public init(
    mode: Mode, target: LoadTarget, acknowledgement: AcknowledgementLevel = .queued, read: ReadLevel = .cache,
    keys: Int = 10_000, valueBytes: Int = 200, putsPerThousand: Int = 500, warmUp: Duration = .zero,
    timeout: Duration = .seconds(20), token: String? = nil
  ) {
    self.mode = mode
    self.target = target
    self.acknowledgement = acknowledgement
    self.read = read
    self.keys = keys
    self.valueBytes = valueBytes
    self.putsPerThousand = putsPerThousand
    self.warmUp = warmUp
    self.timeout = timeout
    self.token = token
  }

  /// The limits of `keys`: they are written with this many digits.
  public static let keyDigits = 7
  /// A value begins with the number of its PUT, in this many digits.
  public static let sequenceDigits = 12

  func schedule() -> any LoadSchedule {
    switch mode {
    case .users(let users, let ramp, let loops):
      ClosedLoop(clients: users, rampNanoseconds: ramp.nanoseconds, loops: loops, keys: keys)
    case .saturated(let clients, let duration):
      // A tenth of a second of ramp, so that the connections are not all opened in one instant.
      ClosedLoop(
        clients: clients, rampNanoseconds: min(100_000_000, duration.nanoseconds / 10),
        endNanoseconds: (warmUp + duration).nanoseconds, keys: keys, putsPerThousand: putsPerThousand)
    case .rate(let rate, let duration, let connections):
      OpenLoop(
        clients: connections, ratePerSecond: rate, durationNanoseconds: (warmUp + duration).nanoseconds, keys: keys,
        putsPerThousand: putsPerThousand)
    }
  }

  /// The mode in words.
  public var summary: String {
    switch mode {
    case .users(let users, let ramp, let loops):
      "\(users) users, ramp \(ramp.inSeconds) s, \(loops) loops of PUT and GET"
    case .saturated(let clients, let duration):
      "saturated by \(clients) clients for \(duration.inSeconds) s, \(putShare)"
    case .rate(let rate, let duration, let connections):
      "open loop, \(Numbers.grouped(rate)) requests/s for \(duration.inSeconds) s over at most \(connections) connections, \(putShare)"
    }
  }

  private var putShare: String { "\(Numbers.grouped(Double(putsPerThousand) / 10)) % PUT" }
}

extension Duration {
  /// Not negative, in nanoseconds.
  var nanoseconds: UInt64 { UInt64(max(self, .zero) / .nanoseconds(1)) }
  var seconds: Double { self / .seconds(1) }
  fileprivate var inSeconds: String { Numbers.grouped(seconds) }
}
