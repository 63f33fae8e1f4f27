import History
import Randomness
import Testing

@testable import Consistency

/// Absences that versions tell apart, beside those that they do not.
@Suite struct VersionedValueTests {
  /// Two deletes with a write between them, and a read that saw absence under a version.
  private func history(deleteVersions: [Int64?], readVersion: Int64?, readsAfterWrite: Bool = true) -> HistoryBuilder {
    var builder = HistoryBuilder()
    builder.begin("delete", by: 0)
    builder.end("delete", by: 0, version: deleteVersions[0])
    builder.put("a", version: 5)
    builder.begin("delete", by: 2)
    builder.get(nil, version: readVersion)
    builder.end("delete", by: 2, version: deleteVersions[1])
    return builder
  }

  @Test(
    arguments: [
      // The read saw the second delete, which is open; or the first, which was overwritten.
      ([4, 6], Int64?.some(6), Verdict.holds, Engine.zones), ([4, 6], 4, .violated, .zones),
      // Without versions, or with one that belongs to no write, the second delete may explain it.
      ([4, 6], nil, .holds, .registerSearch), ([nil, nil], 6, .holds, .registerSearch),
      // One of no known delete can only be that of the delete without a known version.
      ([4, nil], 6, .holds, .registerSearch), ([nil, 6], 4, .violated, .registerSearch),
    ] as [([Int64?], Int64?, Verdict, Engine)])
  func aVersionSaysWhichDeleteARead(
    deleteVersions: [Int64?], readVersion: Int64?, verdict: Verdict, engine: Engine
  ) throws {
    let report = try ConsistencyChecker().check(
      history(deleteVersions: deleteVersions, readVersion: readVersion).events)
    let key = try #require(report.keys.first)
    #expect(key.verdict == verdict && key.engine == engine, "\(key)")
  }

  /// What is known by construction: naming each write's version in its reads never makes a good history bad, and a read
  /// of a version that was certainly replaced is found.
  @Test(arguments: 1...20)
  func versionsOfAGoodHistoryKeepItGood(seed: Int) {
    var random = SplitMix64(scattering: UInt64(seed))
    for number in 0..<300 {
      var shape = RandomRegister(operations: 4...12, values: 2, deleteShare: 0.4, unknownShare: 0, overlap: 4)
      shape.disturbances = 0...0
      let ops = shape.make(&random)
      guard let order = NaiveRegister.linearization(ops) else { continue }
      // The version of a write is its place in one linearization; a read has that of the last write before it.
      var versions: [Int32: Int64] = [:]
      var current: Int64 = 0
      for (place, index) in order.enumerated() {
        if ops[index].kind == .write { current = Int64(place + 1) }
        versions[ops[index].source] = current
      }
      var told = ops
      VersionedValues.distinguish(&told) { $0.kind == .read && versions[$0.source] == 0 ? nil : versions[$0.source] }
      #expect(NaiveRegister.isLinearizable(told), "seed \(seed), history \(number): \(ops)")
    }
  }
}
