/// Whether a fault is still in effect at the end of its time: a user, a restart policy or a restarted engine may have
/// ended it earlier.
public enum FaultPresence: Sendable, Hashable {
  case inEffect
  /// It ended early; the evidence, in a few words.
  case ended(String)
  /// It cannot be determined, for the given reason.
  case unknown(String)
  /// The fault is over as soon as it has struck, so it has no lasting effect.
  case momentary
}

/// A fault that was not, or not certainly, in effect until its heal.
public struct FaultLoss: Sendable, Hashable, CustomStringConvertible {
  public var target: FaultTarget
  /// What was found instead of the effect.
  public var message: String

  public init(target: FaultTarget, message: String) {
    self.target = target
    self.message = message
  }

  public var description: String { "\(target.node): \(message)" }
}

extension FaultInjector {
  /// Checks whether a fault is still in effect on each of its targets; call it before the heal. Changes nothing, and
  /// continues when the task is cancelled.
  ///
  /// - Returns: the targets on which it is not in effect, or on which this cannot be determined.
  public func losses(of injection: Injection) async -> [FaultLoss] {
    let fault = catalogue.fault(of: injection.kind)
    let environment = environment
    let losses = await Task {
      await withTaskGroup(of: FaultLoss?.self) { group in
        for entry in injection.entries {
          group.addTask { await Self.loss(of: fault, entry.undo, in: environment) }
        }
        return await group.reduce(into: [FaultLoss]()) { losses, loss in if let loss { losses.append(loss) } }
      }
    }.value
    return losses.sorted { $0.target.node < $1.target.node }
  }

  private static func loss(
    of fault: (any Fault)?, _ undo: Undo, in environment: FaultEnvironment
  ) async -> FaultLoss? {
    guard let fault else {
      return FaultLoss(target: undo.target, message: "this build does not support the kind \(undo.kind)")
    }
    do {
      switch try await fault.presence(undo, in: environment) {
      case .inEffect, .momentary: return nil
      case .ended(let message): return FaultLoss(target: undo.target, message: message)
      case .unknown(let message):
        return FaultLoss(target: undo.target, message: "it is not known whether it was in effect: \(message)")
      }
    } catch {
      if (error as? any ContainerRuntimeError)?.isMissingContainer == true {
        return FaultLoss(target: undo.target, message: "its container is gone")
      }
      return FaultLoss(target: undo.target, message: "it is not known whether it was in effect: \(error)")
    }
  }
}
