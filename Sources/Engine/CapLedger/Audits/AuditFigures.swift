/// An audit's results for one side: the operations of its clients.
struct AuditFigures: Hashable {
  /// Writes that were answered with ok.
  var acknowledged = 0
  /// The number of those that were looked for at the end.
  var examined = 0
  /// Of those, the ones that are certainly gone.
  var lost = 0
  /// Reads that were answered, the final ones left out.
  var reads = 0
  /// Reads of what an acknowledged write had replaced before the read was called.
  var stale = 0
  /// The longest time between that acknowledgement and the call of such a read, in seconds.
  var stalest: Double?
  /// Values that came back although they were never written, or although their write had been refused as certainly not
  /// done.
  var invented = 0
  /// Sums of a bank, and the wrong ones among them.
  var sums = 0
  var wrongSums = 0

  mutating func sawStale(age: Double) {
    stale += 1
    stalest = max(stalest ?? 0, age)
  }
}

/// What an audit found: by side, and what belongs to no side.
struct AuditResult: Hashable {
  var sides: [AuditFigures]
  /// For clients on no side: those that read at the end.
  var rest = AuditFigures()
  /// Deliveries of an element that had come out before (queue).
  var duplicates: Int?
  /// Elements that came out after one that was certainly enqueued later (queue).
  var outOfOrder: Int?
  /// What could not be examined, for people.
  var notes: [String] = []

  init(sides: Int) {
    self.sides = [AuditFigures](repeating: AuditFigures(), count: sides)
  }

  /// - Parameter side: `nil`: a client on no side.
  mutating func on(_ side: Int?, _ change: (inout AuditFigures) -> Void) {
    if let side { change(&sides[side]) } else { change(&rest) }
  }
}
