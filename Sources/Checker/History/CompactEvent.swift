/// An event in 48 bytes, its names and values as numbers of a `Symbols`: what the readers emit and the checker eats.
package struct CompactEvent: Sendable {
  package var timeNanoseconds: Int64 = 0
  package var value: Token = .null
  package var version: Int64 = CompactEvent.noVersion
  package var process: Int32 = 0
  /// -1: none.
  package var key: Int32 = -1
  /// -1: none.
  package var operation: Int32 = -1
  /// -1: none.
  package var error: Int32 = -1
  package var kind: Event.Kind = .info
  package var function: UInt8 = 0
  package var level: UInt8 = CompactEvent.noLevel
  /// Whether the event has a value at all: null is one.
  package var hasValue = false

  package init() {}

  /// The process number that stands for the nemesis; clients count from 0.
  package static let nemesis: Int32 = -1
  package static let noVersion = Int64.min
  package static let noLevel: UInt8 = 255
}
