/// Makes values large on their way to the store and back. The history has only the unique part of each value, without
/// the padding, so that it stays small.
struct ValuePadding: Sendable {
  private static let filler = UInt8(ascii: "x")

  /// The minimum size of a value, in bytes.
  let bytes: Int

  func added(to value: String) -> String {
    value + " " + String(repeating: "x", count: max(0, bytes - value.utf8.count - 1))
  }

  /// Removes the padding of `added`. A damaged value gives another one, which was never written.
  func removed(from value: String) -> String {
    guard let space = value.firstIndex(of: " ") else { return value }
    let name = String(value[..<space])
    let isWhole =
      value.utf8.count == max(bytes, name.utf8.count + 1)
      && value[value.index(after: space)...].utf8.allSatisfy { $0 == Self.filler }
    return isWhole ? name : "\(name) with \(value.utf8.count) of \(bytes) bytes"
  }
}
