import ChaosPlan
import Foundation

/// Whether clients are served again, according to their latest output. Pure.
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

  /// - Parameters:
  ///   - now: on the clock of the samples.
  ///   - start: what is earlier does not count.
  static func isServed(_ samples: [Sample], now: Int64, since start: Int64 = .min) -> Bool {
    let from = now - Int64(window / .nanoseconds(1))
    guard start <= from else { return false }
    let recent = samples.filter { $0.timeNanoseconds >= from }
    guard recent.count >= samplesMinimum else { return false }
    return Double(recent.count(where: \.isOk)) >= Double(recent.count) * shareMinimum
  }
}
