import History
import Randomness
import Testing

@testable import Consistency

/// Every register engine against the exhaustive search, on small random histories of both verdicts.
@Suite struct RegisterEngineTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var register: RandomRegister
    init(_ name: String, _ register: RandomRegister) { (testDescription, self.register) = (name, register) }
  }

  static let shapes = [
    Shape("few values", RandomRegister(values: 2)),
    Shape("few values, much overlap", RandomRegister(operations: 4...9, values: 3, overlap: 8)),
    Shape("own values, deletes", RandomRegister(operations: 3...9, values: nil, deleteShare: 0.5, overlap: 6)),
    Shape("cas, no unknowns", RandomRegister(operations: 4...9, values: 2, casShare: 0.5, unknownShare: 0, overlap: 4)),
    Shape(
      "cas, long overlap", RandomRegister(operations: 5...10, values: 3, casShare: 0.4, unknownShare: 0.1, overlap: 3)),
    Shape("cas", RandomRegister(values: 2, casShare: 0.5, overlap: 6)),
    Shape("cas and deletes", RandomRegister(operations: 2...9, values: 3, casShare: 0.4, deleteShare: 0.2)),
    Shape("mostly unknown", RandomRegister(values: 2, casShare: 0.2, unknownShare: 0.7, overlap: 6)),
  ]

  @Test(arguments: shapes, 1...6)
  func searchAgreesWithExhaustiveSearch(_ shape: Shape, seed: Int) {
    var random = SplitMix64(scattering: UInt64(seed))
    var verdicts = [true: 0, false: 0]
    for number in 0..<800 {
      let ops = shape.register.make(&random)
      let expected = NaiveRegister.isLinearizable(ops)
      var search = RegisterSearch(ops, budget: Budget())
      let answer = search.run()
      verdicts[expected, default: 0] += 1
      #expect((answer == .linearizable) == expected, "seed \(seed), history \(number): \(ops)")
    }
    #expect(verdicts[true, default: 0] > 30 && verdicts[false, default: 0] > 30, "\(verdicts)")
  }

  @Test(arguments: [2, 4, 6], 1...6)
  func zonesAgreeWithExhaustiveSearch(overlap: Int, seed: Int) {
    var random = SplitMix64(scattering: UInt64(seed))
    var verdicts = [true: 0, false: 0]
    let register = RandomRegister(operations: 2...9, values: nil, overlap: overlap)
    for number in 0..<1000 {
      let ops = register.make(&random)
      let expected = NaiveRegister.isLinearizable(ops)
      verdicts[expected, default: 0] += 1
      #expect(RegisterZones.check(ops)?.isLinearizable == expected, "seed \(seed), history \(number): \(ops)")
    }
    #expect(verdicts[true, default: 0] > 30 && verdicts[false, default: 0] > 30, "\(verdicts)")
  }
}
