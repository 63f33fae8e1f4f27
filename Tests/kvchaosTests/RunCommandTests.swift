import Foundation
import Testing

/// `kvchaos run` where nothing is run.
@Suite(.timeLimit(.minutes(10))) struct RunCommandTests {
  /// What is wrong with the last of several plans is said before the first begins.
  @Test func everyPlanIsReadBeforeAnyBegins() throws {
    let good = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../chaos/redis-flush.yml")
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
}
