import ArgumentParser
import CapLedger
import CapRuns
import ChaosPlan
import Consistency
import Detection
import DockerEngine
import Faults
import HTTPClient
import History
import LoadTest
import Orchestrator
import Report
import Stack

/// The process's exit status for an error, by the words of sysexits(3) where the verdicts 0, 1 and 2 do not apply.
enum ExitStatus {
  /// EX_DATAERR: a plan or a history is wrong.
  static let badInput: Int32 = 65
  /// EX_UNAVAILABLE: Docker, the stack or something on the machine is not there.
  static let unavailable: Int32 = 69
  /// EX_SOFTWARE: a fault of kvchaos itself.
  static let internalFault: Int32 = 70
  /// 128 + SIGINT: ended by the user.
  static let interrupted: Int32 = 130

  /// The status for an error that a command threw; `nil` where argument-parser knows better (usage, help, `ExitCode`).
  static func status(for error: any Error) -> Int32? {
    switch error {
    case is PlanError: badInput
    case let error as HistoryError:
      switch error {
      case .malformed, .compression, .damagedStore: badInput
      case .inputOutput, .limitReached: unavailable
      }
    case is ConsistencyError: badInput
    case let error as StackError: error.code == .unavailable ? unavailable : internalFault
    case let error as DockerEngineError:
      switch error.code {
      case .unavailable, .unusable, .tooOld, .notFound, .timedOut: unavailable
      case .foreignContainer, .refused, .malformedAnswer: internalFault
      }
    case let error as FaultError: error.code == .ledgerInUse ? unavailable : internalFault
    case let error as OrchestratorError:
      switch error.code {
      case .unavailable: unavailable
      case .internalFault: internalFault
      case .interrupted: interrupted
      }
    case is UnsuitedPlan: unavailable
    case is ReportError: badInput
    case let error as DetectionError:
      switch error.code {
      case .badInput: badInput
      case .unavailable: unavailable
      case .interrupted: interrupted
      }
    case let error as CapRunError:
      switch error.code {
      case .unavailable: unavailable
      case .internalFault: internalFault
      case .interrupted: interrupted
      }
    case let error as CapLedgerError: error.code == .badInput ? badInput : unavailable
    case let error as LoadTestError: error.code == .unavailable ? unavailable : internalFault
    case let error as HTTPClientError: error.code == .connectFailed ? unavailable : internalFault
    case is ExitCode, is CleanExit, is ValidationError: nil
    // Everything else of argument-parser's own (an unknown option, a missing value) is a type that it does not publish.
    default: String(reflecting: type(of: error)).hasPrefix("ArgumentParser.") ? nil : internalFault
    }
  }
}
