import Foundation
import Report
import TestSupport
import Testing

/// `kvchaos run` where nothing is run.
@Suite(.timeLimit(.minutes(10))) struct RunCommandTests {
  /// What is wrong with the last of several plans is said before the first begins.
  @Test func everyPlanIsReadBeforeAnyBegins() throws {
    let good = Repository.file("chaos/redis-flush.yml")
    let folder = try TemporaryFolder()
    let bad = try folder.file("bad.yml", "faultz: []\n" + String(contentsOf: good, encoding: .utf8))
    let run = try ProgramRun(["run", good.path, bad.path])
    #expect(run.status == 65)
    #expect(run.errors.contains("bad.yml:1:1"))
    #expect(!run.errors.contains("plan 1 of 2"))
  }

  @Test func aPlanMustBeNamed() throws {
    #expect(try ProgramRun(["run"]).status == 64)
  }

  /// What the flavour cannot do is said from the plan: the engine is asked what is there, and for nothing else.
  @Test(arguments: [
    ("etcd-leader-kill", "`kill` cannot strike `etcd` on CockroachDB: there is no etcd"),
    ("sql-clock-day", "`clock` cannot strike `sql` on CockroachDB: CockroachDB is a Go program"),
    ("sql-leader-clock-jump", "`clock` cannot strike `sql` on CockroachDB: CockroachDB is a Go program"),
  ])
  func whatTheFlavourCannotDoIsRefusedFirst(plan: String, reason: String) throws {
    let engine = FakeEngine { _ in (200, "[]") }
    let results = try TemporaryFolder()
    let chaos = Repository.file("chaos")
    let run = try ProgramRun(
      ["run", "--table", "--results", results.url.path, chaos.appending(path: "\(plan).yml").path],
      environment: ["DOCKER_HOST": "unix://\(engine.socketPath)", "KVCHAOS_SQL": "cockroach"])
    #expect(run.status == 69, "\(run.errors)")
    #expect(run.errors.contains("\(plan) is refused: \(reason)"), "\(run.errors)")
    #expect(run.errors.contains("KVCHAOS_SQL=patroni"))
    #expect(
      engine.requests.allSatisfy { $0.hasPrefix("GET ") && $0.contains("/containers/json") }, "\(engine.requests)")
    let row = try #require(PlanTable(folder: results.url.path).rows.first)
    #expect(row.isRefused == true && row.flavour == "cockroach" && row.plan == plan)
    #expect(!FileManager.default.fileExists(atPath: results.url.appending(path: plan).path))
  }
}
