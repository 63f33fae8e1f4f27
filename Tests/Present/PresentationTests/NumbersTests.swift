import Presentation
import Testing

@Suite struct NumbersTests {
  @Test(
    arguments: [
      (0, 3, "0"), (40, 1, "40"), (12.02, 3, "12.02"), (12.0204, 3, "12.02"), (0.05, 1, "0.1"), (0.049, 1, "0"),
      (-0.04, 1, "0"), (-2.5, 1, "-2.5"), (9.96, 1, "10"), (1_234_567, 0, "1234567"), (100, 0, "100"),
      (1e15, 0, "1000000000000000"), (.nan, 1, "-"), (.infinity, 1, "-"),
    ] as [(Double, Int, String)])
  func needlessZerosAreLeftOut(value: Double, decimals: Int, text: String) {
    #expect(Numbers.number(value, decimals: decimals) == text)
  }

  @Test(
    arguments: [
      (0, "0"), (1234.56, "1,234.6"), (1000, "1,000"), (-0.04, "0"), (0.05, "0.1"), (999.96, "1,000"), (.nan, "-"),
      (-1234.5, "-1,234.5"), (1_234_567, "1,234,567"), (123_456, "123,456"),
    ] as [(Double, String)]) func thousandsAreSetApart(value: Double, text: String)
  {
    #expect(Numbers.grouped(value) == text)
  }

  @Test(
    arguments: [(0, 3, "0.000"), (12.02, 3, "12.020"), (1234.5, 1, "1234.5"), (0.5, 0, "1"), (-1.25, 2, "-1.25")]
      as [(Double, Int, String)])
  func allDecimalsAreWritten(value: Double, decimals: Int, text: String) {
    #expect(Numbers.fixed(value, decimals: decimals) == text)
  }

  @Test func columnsHaveBoth() {
    #expect(Numbers.column(1234) == "1,234.0")
    #expect(Numbers.count(1_234_567) == "1,234,567" && Numbers.count(-1_234) == "-1,234" && Numbers.count(-12) == "-12")
  }

  @Test(
    arguments: [(0.123, "0.12"), (9.994, "9.99"), (12.34, "12.3"), (123.4, "123"), (12345, "12,345")]
      as [(Double, String)])
  func latenciesHaveWhatMeansSomething(value: Double, text: String) {
    #expect(Numbers.milliseconds(value) == text)
  }

  /// Less than all never reads as all, nor something as nothing.
  @Test(
    arguments: [
      (0, "0 %"), (1, "100 %"), (0.5, "50 %"), (29.0 / 30, "96.66 %"), (0.999999, "99.99 %"), (0.000001, "0.01 %"),
      (0.57, "57 %"), (0.29, "29 %"), (0.9999, "99.99 %"), (1 - 1e-7, "99.99 %"),
    ] as [(Double, String)]) func sharesAreRoundedDown(share: Double, text: String)
  {
    #expect(Numbers.percent(share) == text)
  }

  @Test(
    arguments: [(nil, "-"), (0, "0 s"), (0.021, "0.021 s"), (0.1, "0.1 s"), (3.25, "3.3 s"), (12, "12 s")]
      as [(Double?, String)])
  func aDurationThatIsNotNothingDoesNotReadAsNothing(value: Double?, text: String) {
    #expect(Numbers.seconds(value) == text)
  }

  @Test(arguments: [(0, "0 writes"), (1, "1 write"), (2, "2 writes")]) func nounsAreCounted(count: Int, text: String) {
    #expect(Numbers.counted(count, "write") == text)
  }
}
