/// What a plan's list of faults is made of.
public indirect enum FaultStep: Sendable, Hashable {
  case fault(PlannedFault)
  /// One after another: each begins when the one before it is healed.
  case sequence([FaultStep], at: Duration)
  /// All at once; over when the last of them is.
  case parallel([FaultStep], at: Duration)
  /// Faults drawn by the seed.
  case random(RandomFaults)

  /// Every fault that is written in it, in the order of the file.
  public var faults: [PlannedFault] {
    switch self {
    case .fault(let fault): [fault]
    case .sequence(let steps, _), .parallel(let steps, _): steps.flatMap(\.faults)
    case .random(let random): random.choices.map(\.fault)
    }
  }
}

/// A random nemesis: for a time, again and again, one fault of a weighted list. The seed decides which ones and when;
/// the targets are drawn by role when each strikes.
public struct RandomFaults: Sendable, Hashable {
  public struct Choice: Sendable, Hashable {
    public var fault: PlannedFault
    /// How often it is drawn, against the others'; above 0.
    public var weight: Double

    public init(_ fault: PlannedFault, weight: Double = 1) {
      self.fault = fault
      self.weight = weight
    }
  }

  public var at: Duration = .zero
  /// No fault begins later than this time after the first.
  public var length: Duration
  /// From one beginning to the next.
  public var interval: Duration
  public var jitter: Duration = .zero
  /// How many faults may be open at once.
  public var atOnce = 1
  /// Not empty.
  public var choices: [Choice]
}
