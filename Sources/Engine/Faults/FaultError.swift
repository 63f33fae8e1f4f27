import Failures

/// What can go wrong with faults.
public struct FaultError: CategorisedError, Sendable {
  public enum Code: String, Sendable, Hashable {
    /// The target cannot be struck as it is (stopped already, paused already). Nothing was changed.
    case notInjectable
    /// The injection went through, but its effect was not measured; it was taken back.
    case notEffective
    /// The engine refused or failed; what had been injected was taken back.
    case injectionFailed
    /// Something of the fault is left.
    case notHealed
    /// The ledger names a kind that this build does not know.
    case unknownKind
    /// The ledger could not be written, read or locked; no fault is injected without it.
    case ledgerUnavailable
    /// Another kvchaos holds the ledger: a run is under way.
    case ledgerInUse
  }

  public var code: Code
  /// A sentence that tells a user what to do.
  public var message: String
  /// What could not be taken back after a failed injection.
  public var healFailures: [HealFailure]

  public init(code: Code, message: String, healFailures: [HealFailure] = []) {
    self.code = code
    self.message = message
    self.healFailures = healFailures
  }

  public var description: String {
    ([message] + healFailures.map { "not healed: \($0)" }).joined(separator: "; ")
  }

  public var category: FailureCategory {
    switch code {
    case .ledgerInUse: .unavailable
    case .notInjectable, .notEffective, .injectionFailed, .notHealed, .unknownKind, .ledgerUnavailable: .internalFault
    }
  }
}

/// A runtime's error of which the faults need to know two things.
public protocol ContainerRuntimeError: Error {
  /// The container does not exist (any more): there is nothing to heal.
  var isMissingContainer: Bool { get }
  /// No engine answers: it may be restarting, and is worth waiting for.
  var isEngineAway: Bool { get }
}
