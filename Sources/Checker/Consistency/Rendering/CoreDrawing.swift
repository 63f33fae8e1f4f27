import Escaping

/// Draws a few operations as bars over a common axis, for a terminal.
///
/// The axis is the order of the events, not the clock: what matters is which operation ended before which began, and
/// in clock time the decisive gap is often too small to see. Times stand beside the bars.
public struct CoreDrawing: Sendable {
  /// The operations drawn at most; more do not help a reader.
  public static let operationLimit = 24

  private let operations: [Operation]
  private let width: Int

  /// - Parameters:
  ///   - operations: in the order of their invocations; `operationLimit` of them are drawn.
  ///   - width: columns for the bars.
  public init(_ operations: [Operation], width: Int = 40) {
    self.operations = Array(operations.prefix(Self.operationLimit))
    self.width = width
  }

  /// One line for each operation: the process, the operation, and its bar.
  public var lines: [String] {
    let places = Set(operations.flatMap { [$0.index] + ($0.completionIndex.map { [$0] } ?? []) }).sorted()
    guard places.count > 1, let last = places.indices.last else { return operations.map(label) }
    let rank = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1, $0) })
    let labels = operations.map(label)
    let labelWidth = labels.map(\.count).max() ?? 0
    return zip(operations, labels).map { operation, label in
      let start = column(rank[operation.index] ?? 0, of: last)
      let end = operation.completionIndex.map { column(rank[$0] ?? 0, of: last) }
      var bar = String(repeating: " ", count: start) + "├"
      bar += String(repeating: "─", count: max(0, (end ?? width) - start - 1))
      bar += end == nil ? "…" : "┤"
      let line = label + String(repeating: " ", count: labelWidth - label.count) + "  " + bar
      guard let times = Self.times(operation) else { return line }
      return line + String(repeating: " ", count: max(0, width + 1 - bar.count)) + "  " + times
    }
  }

  private func column(_ rank: Int, of last: Int) -> Int { rank * width / max(1, last) }

  private func label(_ operation: Operation) -> String {
    var text = "process \(operation.process): \(operation.function)"
    if operation.function != "read", operation.function != "get", let input = operation.input { text += " \(input)" }
    if operation.outcome == .ok, let output = operation.output, output != operation.input { text += " → \(output)" }
    if operation.outcome == .unknown { text += " → ?" }
    if let version = operation.version { text += " v\(version)" }
    return Self.shortened(Escaping.plain(text))
  }

  /// Only the beginning and the end of a long value, because the lines are for a terminal.
  private static func shortened(_ label: String) -> String {
    guard label.count > labelLimit else { return label }
    return label.prefix(labelLimit / 2) + "…" + label.suffix(labelLimit - labelLimit / 2 - 1)
  }

  private static let labelLimit = 56

  private static func times(_ operation: Operation) -> String? {
    guard operation.callNanoseconds > 0 || (operation.returnNanoseconds ?? 0) > 0 else { return nil }
    return milliseconds(operation.callNanoseconds) + " … "
      + (operation.completionIndex == nil ? "?" : operation.returnNanoseconds.map(milliseconds) ?? "?") + " ms"
  }

  private static func milliseconds(_ nanoseconds: Int64) -> String {
    let fraction = String(nanoseconds / 1000 % 1000 + 1000).dropFirst()
    return "\(nanoseconds / 1_000_000).\(fraction)"
  }
}
