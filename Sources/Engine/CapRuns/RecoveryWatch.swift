import ChaosPlan
import Foundation
import Orchestrator

/// Reads from clients' latest output whether they are served, for `RunMachine`. Pure.
struct RecoveryWatch: Sendable {
  /// A completion.
  struct Sample: Sendable, Hashable {
    var timeNanoseconds: Int64
    var isOk: Bool
  }

  /// For this time everything must have been well.
  static let window = Duration.milliseconds(2_500)
  /// A conflict between transactions is no outage.
  private static let shareMinimum = 0.9
  private static let samplesMinimum = 10

  private struct Line: Decodable {
    var time: Int64
    var type: String
  }

  /// The completions in lines of a history; a line that is cut off is left out.
  static func samples(in text: String) -> [Sample] {
    let decoder = JSONDecoder()
    return text.split(whereSeparator: \.isNewline).compactMap { line in
      guard let line = try? decoder.decode(Line.self, from: Data(line.utf8)), line.type != "invoke" else { return nil }
      return Sample(timeNanoseconds: line.time, isOk: line.type == "ok")
    }
  }

  /// The traffic now: quiet for the window where every side is served well, and not at all where one is not.
  ///
  /// - Parameters:
  ///   - groups: the samples of each side.
  ///   - now: on the clock of the samples.
  ///   - origin: when the machine's time began, on the same clock.
  static func measure(_ groups: [[Sample]], now: Int64, origin: Int64) -> LiveMeasure {
    var measure = LiveMeasure()
    let moment = Duration.nanoseconds(now - origin)
    let isServed = !groups.isEmpty && groups.allSatisfy { self.isServed($0, now: now) }
    measure.lastServedAt = isServed ? moment : nil
    measure.lastNotServedAt = isServed ? moment - window : moment
    return measure
  }

  /// - Parameter now: on the clock of the samples.
  static func isServed(_ samples: [Sample], now: Int64) -> Bool {
    let from = now - Int64(window / .nanoseconds(1))
    let recent = samples.filter { $0.timeNanoseconds >= from }
    guard recent.count >= samplesMinimum else { return false }
    return Double(recent.count(where: \.isOk)) >= Double(recent.count) * shareMinimum
  }
}
