import ArgumentParser
import CapLedger
import ChaosPlan
import Consistency
import Detection
import DockerEngine
import Failures
import Faults
import Foundation
import HTTPClient
import History
import LoadTest
import Orchestrator
import Report
import Stack
import TestSupport
import Testing

@testable import kvchaos

/// Scripts read exit statuses: each error has the one that it always had.
struct ExitStatusTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var error: any Error
    var status: Int32?
    var name: String

    init(_ error: any Error, _ status: Int32?, _ code: Any = "") {
      self.error = error
      self.status = status
      name = "\(type(of: error)).\(code)"
    }

    var testDescription: String { name }
  }

  private static func rows<Code>(_ statuses: KeyValuePairs<Code, Int32>, _ error: (Code) -> any Error) -> [Row] {
    statuses.map { Row(error($0.key), $0.value, $0.key) }
  }

  static let ofDocker = rows([
    DockerEngineError.Code.unavailable: 69, .unusable: 69, .tooOld: 69, .notFound: 69, .timedOut: 69,
    .foreignContainer: 70, .refused: 70, .malformedAnswer: 70,
  ]) { DockerEngineError(code: $0, message: "") }

  static let ofStack = rows([StackError.Code.unavailable: 69, .internalFault: 70, .noTarget: 70]) {
    StackError(code: $0, message: "")
  }

  static let ofHTTP = rows([
    HTTPClientError.Code.connectFailed: 69, .timedOut: 70, .connectionLost: 70, .cancelled: 70, .invalidRequest: 70,
    .internalFault: 70,
  ]) { HTTPClientError(code: $0, message: "") }

  static let ofFaults = rows([
    FaultError.Code.ledgerInUse: 69, .notInjectable: 70, .notEffective: 70, .injectionFailed: 70, .notHealed: 70,
    .unknownKind: 70, .ledgerUnavailable: 70,
  ]) { FaultError(code: $0, message: "") }

  static let ofCommands = rows([
    FailureCategory.badInput: 65, .unavailable: 69, .internalFault: 70, .interrupted: 130,
  ]) { CommandError($0, "") }

  static let ofFiles: [Row] = [
    Row(HistoryError.malformed(file: "f", line: 1, expected: "", found: ""), 65),
    Row(HistoryError.compression(file: "f", reason: ""), 65),
    Row(HistoryError.damagedStore(file: "f", reason: ""), 65),
    Row(HistoryError.inputOutput(file: "f", action: "read", reason: ""), 69),
    Row(HistoryError.limitReached(file: "f", .time), 69),
    Row(ConsistencyError.noOperations(events: 0), 65),
    Row(ConsistencyError.tooManyNames, 65),
    Row(PlanError(path: "p.yml", problems: []), 65),
  ]

  /// argument-parser has statuses of its own for these.
  /// argument-parser has statuses of its own for these.
  static let ofUsage: [Row] = [
    Row(ExitCode(3), nil), Row(ExitCode.failure, nil), Row(CleanExit.message(""), nil), Row(ValidationError(""), nil),
    usage(["--nothing"]), usage(["--limit"]), usage(["--workers", "x"]), usage(["surplus"]), usage(["--help"]),
  ]

  private static func usage(_ arguments: [String]) -> Row {
    do {
      _ = try UpCommand.parse(arguments)
      return Row(Unknown(), nil, arguments)
    } catch {
      return Row(error, nil, arguments)
    }
  }

  /// No error of the suite.
  struct Unknown: Error {}

  static let ofOthers: [Row] = [
    Row(CancellationError(), 70), Row(CocoaError(.fileNoSuchFile), 70), Row(Unknown(), 70),
  ]

  @Test(
    arguments: [
      ofDocker, ofStack, ofHTTP, ofFaults, ofCommands, ofFiles, ofUsage, ofOthers,
    ].flatMap { $0 })
  func anErrorHasItsStatus(_ row: Row) {
    #expect(ExitStatus.status(for: row.error) == row.status)
  }

  @Test func aPlanThatTheFlavourCannotRunIsUnavailable() throws {
    let path = Repository.file("chaos/sql-leader-kill.yml").path(percentEncoded: false)
    let refused = UnsuitedPlan(
      plan: try PlanFile(path: path, target: StoreTarget.forPlans).plan, flavour: .cockroach, reason: "")
    #expect(ExitStatus.status(for: refused) == 69)
  }

  @Test(arguments: [
    (FailureCategory.badInput, 65 as Int32), (.unavailable, 69), (.internalFault, 70), (.interrupted, 130),
  ])
  func aCategoryHasItsStatus(_ category: FailureCategory, _ status: Int32) { #expect(category.exitStatus == status) }
}
