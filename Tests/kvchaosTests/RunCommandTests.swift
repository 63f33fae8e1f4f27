import Testing

/// `kvchaos run` where nothing is run.
@Suite(.timeLimit(.minutes(1))) struct RunCommandTests {
  /// What is wrong with the last of several plans is said before the first begins.
  @Test func everyPlanIsReadBeforeAnyBegins() throws {
    let folder = try TemporaryFolder()
    let good = "name: good\ndescription: Is it?\nworkload: { kind: register }\nfaults: []\n"
    let first = try folder.file("good.yml", good)
    let last = try folder.file("bad.yml", good + "faultz: []\n")
    let run = try ProgramRun(["run", first.path, last.path])
    #expect(run.status == 65)
    #expect(run.errors.contains("bad.yml:5:1"))
    #expect(!run.errors.contains("plan 1 of 2"))
  }

  @Test func aPlanMustBeNamed() throws {
    #expect(try ProgramRun(["run"]).status == 64)
  }
}
