import Testing

@testable import ChaosPlan

@Suite struct PlanEditorTests {
  private static let text = """
    # a comment
    name: two-faults
    description: Is it so?
    workload: { kind: register, clients: 8, keys: 24, read: cache }
    steady-state: { before: 4s, after: 8s }
    faults:
      - kill: { tier: redis, role: master }
        at: 0s
        duration: 8s
      - stop: { tier: worker }
        at: 10s
        duration: 1s
    expect: { lost-writes: 0, recovery: "<= 15s" }
    """

  private func editor() throws -> PlanEditor {
    try PlanEditor(PlanFile(path: "p.yml", text: Self.text, plan: try PlanParser.parse(Self.text, path: "p.yml")))
  }

  @Test func aCutKeepsWhatItDoesNotTouch() throws {
    let editor = try editor()
    #expect(editor.faultCount == 2)
    let file = try editor.plan(.init(faults: [1], clients: 2, timePercent: 50), name: "small", path: "s.yml")
    #expect(file.plan.name == "small")
    #expect(file.plan.workload.clients == 2 && file.plan.workload.keys == 24)
    #expect(file.plan.steadyState.before == .seconds(2) && file.plan.steadyState.after == .seconds(4))
    #expect(file.plan.expect.recoveryMaximum == .seconds(15))
    #expect(file.text.contains("tier: worker") && !file.text.contains("tier: redis"))
    #expect(file.text.contains("at: 5000ms") && file.text.contains("duration: 500ms"))
    #expect(try PlanParser.parse(file.text, path: "s.yml") == file.plan)
  }

  @Test func theWholeCutIsThePlanUnderAnotherName() throws {
    var plan = try PlanParser.parse(Self.text, path: "p.yml")
    plan.name = "whole"
    let file = try editor().plan(.init(faults: [0, 1], clients: 8, timePercent: 100), name: "whole", path: "w.yml")
    #expect(file.plan == plan)
  }

  @Test func randomFaultsGoOnForLonger() throws {
    let text = Self.text.replacing(
      "faults:\n",
      with: "faults:\n  - random: { for: 1m, interval: 10s, faults: [{ pause: { tier: api }, duration: 2s }] }\n")
    let plan = try PlanParser.parse(text, path: "p.yml")
    let file = try PlanEditor(PlanFile(path: "p.yml", text: text, plan: plan)).lasting("30m")
    var expected = plan
    guard case .random(var random) = plan.faults[0] else { throw PlanError(path: "", problems: []) }
    random.length = .seconds(1_800)
    expected.faults[0] = .random(random)
    #expect(file.plan == expected)
    // What goes into the results is what was run.
    #expect(try PlanParser.parse(file.text, path: "p.yml") == expected)
    #expect(throws: PlanError.self) { try PlanEditor(file).lasting("long") }
    #expect(throws: PlanError.self) { try editor().lasting("30m") }
  }

  @Test func withoutFaultsItIsStillAPlan() throws {
    let file = try editor().plan(.init(faults: [], clients: 8, timePercent: 100), name: "none", path: "n.yml")
    #expect(file.plan.faults.isEmpty)
  }
}
