import CapLedger
import History
import Stack

/// The clients of a cell, as its run uses them.
protocol CellTraffic: Sendable {
  /// Creates what the workload needs.
  func prepare(_ status: StackStatus) async throws
  /// Starts the clients of every side.
  func start(_ status: StackStatus) async throws -> [CapShot.ClientGroup]
  /// The latest completions of a side's clients; empty where nothing answers.
  func recent(_ group: CapShot.ClientGroup) async -> [RecoveryWatch.Sample]
  /// Asks the clients to end, and waits until the operations that are open have ended.
  ///
  /// - Returns: what each side printed, and which clients did not end by themselves.
  func stop(_ groups: [CapShot.ClientGroup]) async throws -> (histories: [String], problems: [String])
  /// The final reads, or the drain.
  ///
  /// - Returns: what it printed, and what is missing of it.
  func finish(_ status: StackStatus) async throws -> (history: String, problem: String?)
  /// Removes everything of the cell.
  func removeAll() async
}

/// The stack under a cell, as its run uses it.
protocol CellCluster: Sendable {
  /// Waits until the cell's tiers are whole, and applies the cell's remedy.
  func prepare() async throws -> CellStart
  /// Aims at the nodes as they are now, and strikes. Throws where it found no aim.
  func strike(_ clients: [CapShot.ClientGroup]) async throws -> CellStrike
  /// Waits until the tiers are whole again and nothing is in progress.
  ///
  /// - Returns: the nodes, and why that was not so in time.
  func quiet() async throws -> (status: StackStatus, problems: [String])
}

/// The stack before the first operation of a cell.
struct CellStart: Sendable {
  var status: StackStatus
  var settings: [CapRecord.LiveSetting]
  /// Takes the remedy back; its problems.
  var restore: @Sendable () async -> [String]
}

/// A strike, whether or not it took effect.
struct CellStrike: Sendable {
  /// A fault in effect.
  struct Effect: Sendable {
    /// On the monotonic clock.
    var struckAt: Int64?
    /// Takes the fault back, even when the task is cancelled.
    var heal: @Sendable () async -> Heal
  }

  struct Heal: Sendable {
    /// On the monotonic clock; `nil`: nothing was taken back.
    var beganAt: Int64?
    var endedAt: Int64?
    /// Why the fault was not in effect until now, and what was not healed.
    var problems: [String]
  }

  enum Result: Sendable {
    case inEffect(Effect)
    /// Nothing is in effect any more; the reason.
    case failed(String)
  }

  /// The names of the nodes that are struck, or cut off on the smaller side.
  var struck: [String]
  /// In the order of the client groups.
  var sides: [CapRecord.Side]
  var result: Result
}

/// The time of a cell: the machine's monotonic clock, which the clients' containers share.
protocol CellClock: Sendable {
  var nanoseconds: Int64 { get }
  func sleep(for duration: Duration) async throws
}

struct SystemCellClock: CellClock {
  var nanoseconds: Int64 { MonotonicClock.nanoseconds }
  func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
