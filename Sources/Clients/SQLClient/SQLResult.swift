/// The rows of one statement, in binary format.
public struct SQLResult: Sendable, Hashable {
  public let rows: [[[UInt8]?]]
  /// The command's tag, such as `INSERT 0 1`, `COMMIT` or, for a transaction that could not be committed, `ROLLBACK`.
  public let tag: String

  public init(rows: [[[UInt8]?]], tag: String) {
    self.rows = rows
    self.tag = tag
  }

  /// An eight-byte integer cell; nil for NULL and every other width.
  public static func integer(_ cell: [UInt8]?) -> Int64? {
    guard let cell, cell.count == 8 else { return nil }
    return cell.reduce(0) { $0 << 8 | Int64($1) }
  }

  /// A boolean cell; nil for NULL and every other width.
  public static func boolean(_ cell: [UInt8]?) -> Bool? {
    guard let cell, cell.count == 1 else { return nil }
    return cell[0] != 0
  }

  /// A text cell; nil for NULL.
  public static func text(_ cell: [UInt8]?) -> String? { cell.map { String(decoding: $0, as: UTF8.self) } }
}
