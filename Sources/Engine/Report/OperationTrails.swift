import Foundation

/// The progress of each operation, according to the services' logs at level debug (`operations
/// confirmed|delivered|committed`).
public struct OperationTrails: Sendable, Hashable {
  /// What the logs prove about one operation.
  public struct Trail: Sendable, Hashable {
    /// An API saw the confirm of a quorum of brokers.
    public var isConfirmed = false
    /// The workers that received it, each as often as it was delivered to them.
    public var deliveredTo: [String] = []
    /// The numbers of the batches that a worker saw committed with it.
    public var batches: [Int] = []
  }

  private var trails: [String: Trail] = [:]
  /// A committed batch.
  private struct Batch: Sendable, Hashable {
    var worker: String
    var operations: [String]
  }

  /// In the order of each worker's log.
  private var batches: [Batch] = []

  public init() {}

  /// - Parameter logs: lines as Docker gives them: a time, a space, then the service's own JSON object.
  public init(logs: [String]) {
    for log in logs {
      for line in log.split(separator: "\n") where line.contains("\"message\":\"operations ") { read(line) }
    }
  }

  /// Reads the logs of APIs and workers in a results folder's `logs/`.
  public init(folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let services = names.filter { $0.hasSuffix(".log") && ($0.contains("-api-") || $0.contains("-worker-")) }
    self.init(logs: services.sorted().compactMap { try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) })
  }

  private struct Line: Decodable {
    var instance: String
    var step: String
    var operations: String
  }

  private mutating func read(_ text: Substring) {
    guard let start = text.firstIndex(of: "{"),
      let line = try? JSONDecoder().decode(Line.self, from: Data(text[start...].utf8))
    else { return }
    let operations = line.operations.split(separator: " ").map(String.init)
    for operation in operations {
      switch line.step {
      case "confirmed": trails[operation, default: Trail()].isConfirmed = true
      case "delivered": trails[operation, default: Trail()].deliveredTo.append(line.instance)
      case "committed": trails[operation, default: Trail()].batches.append(batches.count)
      default: break
      }
    }
    if line.step == "committed" { batches.append(Batch(worker: line.instance, operations: operations)) }
  }

  /// Whether the services wrote trails at all.
  public var isEmpty: Bool { trails.isEmpty }

  public subscript(operation: String) -> Trail { trails[operation] ?? Trail() }

  /// What was reported as committed together with an operation, itself not among it.
  func companions(of operation: String) -> [String] {
    self[operation].batches.flatMap { batches[$0].operations }.filter { $0 != operation }
  }

  /// How often, in the order of a worker's commits, batches that are gone begin after one that is there, at most of all
  /// workers. A log that is replaced by a shorter one loses its end: one such gap for each time.
  ///
  /// - Parameter isThere: whether the SQL tier has an operation; `nil`: not known.
  func gaps(isThere: (String) -> Bool?) -> Int {
    var states: [String: (isThere: Bool, gaps: Int)] = [:]
    for batch in batches {
      let answers = batch.operations.compactMap(isThere)
      guard !answers.isEmpty else { continue }
      let known = states[batch.worker] ?? (true, 0)
      let isBatchThere = answers.contains(true)
      states[batch.worker] = (isBatchThere, known.gaps + (known.isThere && !isBatchThere ? 1 : 0))
    }
    return states.values.map(\.gaps).max() ?? 0
  }

  /// Operations that no client of the run has sent, although their ids have the run's prefix.
  func strangers(of operation: String) -> [String] {
    trails.keys.filter { $0.hasPrefix("\(operation)~") }.sorted()
  }
}
