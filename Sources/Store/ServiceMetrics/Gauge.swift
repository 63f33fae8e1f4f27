import Synchronization

/// A number that goes up and down. Every change is one relaxed atomic operation.
public final class Gauge: Sendable {
  private let cell = Atomic<Int64>(0)

  public init() {}

  public func add(_ amount: Int64) { cell.wrappingAdd(amount, ordering: .relaxed) }

  public func set(_ value: Int64) { cell.store(value, ordering: .relaxed) }

  public var value: Int64 { cell.load(ordering: .relaxed) }
}
