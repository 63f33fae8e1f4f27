/// An invocation with its completion.
public struct RecordedOperation: Sendable, Hashable {
  /// The number of invocations before this one.
  public let number: Int
  /// The client.
  public let process: Int
  /// Whether it belongs to the final phase: ``Event/isFinal`` of the invocation.
  public let isFinal: Bool
  /// Position of the invocation among the events that were paired, from 0.
  public let invocation: Int
  /// When it was called, in the history's nanoseconds.
  public let calledAtNanoseconds: Int64
  /// Position of the completion; `nil` where there is none.
  public internal(set) var completion: Int?
  /// When it was answered or given up; `nil` where it never was.
  public internal(set) var endedAtNanoseconds: Int64?
  /// What the completion says; without one, unknown.
  public internal(set) var outcome = Outcome.unknown

  /// From the call to the answer; `nil` where there is none.
  public var latencyNanoseconds: Int64? { endedAtNanoseconds.map { $0 - calledAtNanoseconds } }
}

/// Pairs invocations with completions as the events arrive, in the order of the history. It remembers only what is
/// open.
///
/// A completion belongs to the last invocation of its process. An invocation while another one of its process is open
/// leaves that one without a completion: it is not an error here, but one for the checkers.
public struct Pairing: Sendable {
  /// What an event is.
  public enum Step: Sendable, Hashable {
    case invocation(RecordedOperation)
    case completion(RecordedOperation)
    /// The nemesis, or a completion without an invocation.
    case other
  }

  private var open: [Int: RecordedOperation] = [:]
  private var events = 0
  private var invocations = 0

  public init() {}

  /// Takes the next event.
  public mutating func add(_ event: Event) -> Step {
    defer { events += 1 }
    guard case .client(let process) = event.process else { return .other }
    guard let outcome = Outcome(event.kind) else {
      let operation = RecordedOperation(
        number: invocations, process: process, isFinal: event.isFinal, invocation: events,
        calledAtNanoseconds: event.timeNanoseconds)
      invocations += 1
      open[process] = operation
      return .invocation(operation)
    }
    guard var operation = open.removeValue(forKey: process) else { return .other }
    operation.completion = events
    operation.endedAtNanoseconds = event.timeNanoseconds
    operation.outcome = outcome
    return .completion(operation)
  }

  /// All operations of a history, by invocation.
  public static func operations(of events: some Sequence<Event>) -> [RecordedOperation] {
    var pairing = Pairing()
    var operations: [RecordedOperation] = []
    for event in events {
      switch pairing.add(event) {
      case .invocation(let operation): operations.append(operation)
      case .completion(let operation): operations[operation.number] = operation
      case .other: break
      }
    }
    return operations
  }
}

extension Event {
  /// The levels of the reads after the traffic.
  public enum FinalLevel: String, Sendable {
    /// What the store has.
    case store = "final"
    /// What its cache says.
    case cache = "final-cache"
  }

  /// The function of a question whether a write was applied, by its operation id. They are asked after the traffic.
  public static let auditFunction = "operation"

  /// Whether it belongs to what follows the traffic, when all is quiet again: audits and final reads.
  public var isFinal: Bool {
    function == Self.auditFunction || level.flatMap(FinalLevel.init(rawValue:)) != nil
  }
}
