import Synchronization

/// A number that only goes up. Adding is one relaxed atomic addition.
public final class Counter: Sendable {
  private let cell = Atomic<UInt64>(0)

  public init() {}

  public func add(_ amount: UInt64 = 1) { cell.wrappingAdd(amount, ordering: .relaxed) }

  public var value: UInt64 { cell.load(ordering: .relaxed) }
}
