/// The share of a period in which clients were answered.
///
/// Second by second: of the requests that were called in a second, or were open in it without being answered, the share
/// that was answered; then the mean of the seconds with requests. So a client that hangs for five seconds counts in
/// each of them, and many fast answers in one second do not outweigh silence in the others.
///
/// An answer after the stretch, when the fault had been healed, does not count as given in it. Requests called in the
/// last second before its end and had no answer by then says nothing.
enum AnsweredShare {
  /// Seconds before the end from which on there was no time for an answer.
  private static let patience = 1.0

  static func of(_ operations: [TimedOperation], from start: Double, to end: Double) -> Double? {
    guard end > start else { return nil }
    let count = max(Int((end - start).rounded(.up)), 1)
    var asked = [Int](repeating: 0, count: count)
    var answered = asked
    for operation in operations where operation.calledAt < end && operation.endedAt >= start {
      let isOpenAtEnd = operation.endedAt > end
      if isOpenAtEnd, operation.calledAt > end - patience { continue }
      let first = Int((operation.calledAt - start).rounded(.down))
      let last = min(operation.endedAt - start, Double(count))
      for second in max(first, 0)..<max(min(Int(last.rounded(.down)) + 1, count), max(first, 0)) {
        // Of an answer that came late, the seconds in which it did not come are seconds of silence.
        let isAnswered =
          operation.isAnswered && !isOpenAtEnd
          && (second == first || operation.endedAt - start < Double(second + 1))
        asked[second] += 1
        if isAnswered { answered[second] += 1 }
      }
    }
    let shares = asked.indices.filter { asked[$0] > 0 }.map { Double(answered[$0]) / Double(asked[$0]) }
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }
}
