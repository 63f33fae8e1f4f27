import Testing

@testable import ChaosPlan

@Suite struct ScheduleTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  private func strikes(_ text: String, seed: UInt64 = 1) throws -> [Strike] {
    let plan = try PlanParser.parse(
      Texts.smallest.replacing("faults: []", with: "faults:\n\(text)"), path: "p.yml")
    var generator = Generator(state: seed)
    return Schedule(plan.faults, using: &generator).strikes
  }

  @Test func aSequenceWaitsForTheEndOfWhatIsBeforeIt() throws {
    let strikes = try strikes(
      """
        - sequence:
            - kill: { tier: redis, role: master }
              at: 1s
              duration: until-recovered
            - parallel:
                - pause: { tier: sql, role: leader }
                  duration: 2s
                - pause: { tier: worker }
                  at: 500ms
                  duration: { until-recovered: 90s }
              at: 3s
            - restart: { tier: api, mode: all }
          at: 2s
      """)
    #expect(strikes.map(\.fault.action.kind) == [.kill, .pause, .pause, .restart])
    #expect(strikes[0].notBefore == [Strike.Time(.start, .seconds(3))])
    #expect(strikes[1].notBefore == [Strike.Time(.end(0), .seconds(3))])
    #expect(strikes[2].notBefore == [Strike.Time(.end(0), .milliseconds(3_500))])
    #expect(strikes[3].notBefore == [Strike.Time(.end(1)), Strike.Time(.end(2))])
    #expect(
      strikes.map(\.fault.duration) == [
        .untilRecovered(limit: .seconds(60)), .fixed(.seconds(2)), .untilRecovered(limit: .seconds(90)), .fixed(.zero),
      ])
    #expect(strikes.allSatisfy { !$0.isOptional && $0.notAfter == nil })
  }

  @Test func aRepetitionNeverMeetsItself() throws {
    let strikes = try strikes(
      """
        - kill: { tier: api }
          at: 4s
          duration: 3s
          every: { interval: 10s, jitter: 2s, times: 4 }
      """)
    #expect(strikes.count == 4)
    #expect(strikes[0].notBefore == [Strike.Time(.start, .seconds(4))])
    for (index, strike) in strikes.enumerated().dropFirst() {
      #expect(strike.notBefore.count == 2)
      #expect(strike.notBefore[0].moment == .begin(0))
      #expect(strike.notBefore[1] == Strike.Time(.end(index - 1)))
      let jitter = strike.notBefore[0].delay - .seconds(10) * index
      #expect((.seconds(-2) ... .seconds(2)).contains(jitter))
    }
    #expect(Set(strikes.dropFirst().enumerated().map { $1.notBefore[0].delay - .seconds(10) * ($0 + 1) }).count > 1)
  }

  private static let nemesis = """
      - random:
          for: 10m
          interval: 10s
          jitter: 3s
          at-once: 2
          faults:
            - kill: { tier: redis, role: master }
              duration: 5s
              weight: 3
            - pause: { tier: sql, role: leader }
              duration: 5s
    """

  @Test func theSeedDecidesWhatIsDrawnAndWhen() throws {
    let first = try strikes(Self.nemesis, seed: 7)
    let again = try strikes(Self.nemesis, seed: 7)
    let other = try strikes(Self.nemesis, seed: 8)
    #expect(first == again)
    #expect(first != other)
    #expect((50...70).contains(first.count))
    #expect(first.allSatisfy { $0.isOptional })
    #expect(first.dropFirst().allSatisfy { $0.notAfter == Strike.Time(.begin(0), .seconds(600)) })
    #expect(first[5].notBefore.map(\.moment) == [.begin(4), .end(3)])
    let gaps = first.dropFirst().map { $0.notBefore[0].delay }
    #expect(gaps.allSatisfy { (.seconds(7) ... .seconds(13)).contains($0) })
  }

  @Test func weightsAreKept() throws {
    let kinds = try (0..<20).flatMap { try strikes(Self.nemesis, seed: $0) }.map(\.fault.action.kind)
    let share = Double(kinds.count { $0 == .kill }) / Double(kinds.count)
    #expect((0.7...0.8).contains(share))
  }
}
