import Foundation
import Presentation
import Testing

@testable import CapLedger

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct TierPictureTests {
  private func svg(_ cells: CapCell...) throws -> String { try #require(TierPicture("redis", cells)).svg }

  @Test func aTierWithoutCountsHasNoPicture() {
    #expect(TierPicture("redis", []) == nil)
    #expect(TierPicture("redis", [.example(course: nil)]) == nil)
    #expect(TierPicture("redis", [.example(tier: "sql")]) == nil)
    var odd = CapCell.example()
    odd.course?.sides.removeLast()
    #expect(TierPicture("redis", [odd]) == nil)
  }

  @Test func aCellWithoutCountsIsLeftOut() throws {
    #expect(
      try svg(.example(), .example(fault: "split", course: nil), .example(tier: "sql", fault: "odd"))
        == svg(.example()))
  }

  @Test func theOrderOfTheCellsDoesNotMatter() throws {
    let cells: [CapCell] = [.example(), .example(fault: "split"), .example(variant: "a-remedy")]
    let picture = try #require(TierPicture("redis", cells)).svg
    #expect(TierPicture("redis", cells.reversed())?.svg == picture)
    let words = try ["master-isolated", "split", "a-remedy"].map {
      try #require(picture.range(of: ">\($0)<")).lowerBound
    }
    #expect(words == words.sorted())
  }

  @Test func whateverItSaysItIsXML() throws {
    var cell = CapCell.example(fault: "<split> & \"more\"")
    cell.sides[0].name = "a&b<c"
    let picture = try svg(cell)
    #expect(picture.contains("&lt;split&gt; &amp; &quot;more&quot;"))
    let parser = XMLParser(data: Data(picture.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    // Nothing is loaded, nothing runs.
    #expect(!picture.contains("<script") && !picture.contains("href") && !picture.contains("@import"))
  }

  // MARK: - Where things are

  @Test func thePictureSpansAllCells() throws {
    var late = CapCell.example(fault: "split")
    late.course?.firstSecond = 1
    let shown = try svg(.example(), late)
    // From -2 to 9: eleven seconds. The strike of both is at the same place, and words stand where they are.
    let strike = SVGCanvas.place(TimeScale(first: -2, end: 9).x(0))
    #expect(shown.ranges(of: "text-anchor=\"middle\" x=\"\(strike)\"").count == 2)
  }

  @Test(
    arguments: [
      (-2, 6, [-2, -1, 0, 1, 2, 3, 4, 5, 6]), (-6, 15, [-6, -4, -2, 0, 2, 4, 6, 8, 10, 12, 14]),
      (-4, 31, [0, 5, 10, 15, 20, 25, 30]), (3, 9, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
      (-700, 9_000, [0, 1_800, 3_600, 5_400, 7_200, 9_000]),
    ] as [(Int, Int, [Int])])
  func secondsGetAWordWhereThereIsRoom(first: Int, end: Int, ticks: [Int]) {
    #expect(TimeScale(first: first, end: end).ticks.sorted() == ticks.filter { $0 >= first })
  }

  @Test func whatIsOutsideIsDrawnAtTheEdge() {
    let scale = TimeScale(first: -5, end: 5)
    #expect(scale.x(-5) == TimeScale.left && scale.x(-9) == TimeScale.left)
    #expect(scale.x(0) == TimeScale.left + TimeScale.width / 2)
    #expect(scale.x(99) == TimeScale.left + TimeScale.width)
  }

  // MARK: - A side

  private func panel(
    _ cell: CapCell = .example(), side: Int = 0, answered: [Int], refused: [Int], unanswered: [Int], most: Int = 40
  ) -> SidePanel {
    SidePanel(
      cell: cell, side: cell.sides[side],
      counts: CapCell.Course.Side(answered: answered, refused: refused, unanswered: unanswered), firstSecond: 0,
      most: most)
  }

  /// A bar of a second, and the strip below it: first the bars, then the parts of their full width.
  @Test func aBarIsAsHighAsItsRequests() {
    let scale = TimeScale(first: 0, end: 1)
    let shapes = panel(answered: [20], refused: [10], unanswered: [10]).shapes(scale, top: 100)
    let bottom = 100 + SidePanel.height
    let bars = [shapes.answered[0], shapes.refused[0], shapes.unanswered[0]]
    // All begin at the top of the whole, and are painted one over the other.
    #expect(bars.map(\.y) == [100, 100, 100])
    #expect(bars.map(\.height) == [1, 0.5, 0.25].map { $0 * SidePanel.height })
    let parts = [shapes.answered[1], shapes.refused[1], shapes.unanswered[1]]
    #expect(parts.allSatisfy { $0.y > bottom })
    let width = scale.second - 1
    #expect(parts.map(\.width) == [0.5, 0.25, 0.25].map { $0 * width })
    #expect(zip(parts, parts.dropFirst()).allSatisfy { abs($0.x + $0.width - $1.x) < 1e-9 })
  }

  @Test func aPartThatIsHardlyThereIsSeen() {
    let shapes = panel(answered: [999, 0], refused: [0, 0], unanswered: [1, 1], most: 1_000)
      .shapes(TimeScale(first: 0, end: 2), top: 0)
    #expect(shapes.answered.count == 2 && shapes.refused.isEmpty && shapes.unanswered.count == 4)
    #expect(shapes.unanswered[0].height == 1.5 && shapes.unanswered[0].y == 0)
    // Alone it stands on the ground.
    #expect(shapes.unanswered[2].height == 1.5 && shapes.unanswered[2].y == SidePanel.height - 1.5)
    // The strip is of those who asked, however few.
    #expect(shapes.unanswered[3].width == TimeScale.width / 2 - 1)
  }

  @Test func aSecondWithoutRequestsIsEmpty() {
    let shapes = panel(answered: [0], refused: [0], unanswered: [0]).shapes(TimeScale(first: 0, end: 1), top: 0)
    #expect(shapes.answered.isEmpty && shapes.refused.isEmpty && shapes.unanswered.isEmpty)
  }

  // MARK: - Marks and numbers

  @Test(
    arguments: [
      // The majority of the example was back after 3.2 s, of 4 promised; the minority cannot go on.
      (CapCell.example(), 1, 1), (.example(recovery: 0), 0, 1), (.example(recovery: nil), 0, 1),
      (.example(promise: nil), 1, 0),
      (.example(promise: Promise(seconds: 4, formula: "f", isRefusalThePoint: true)), 1, 0),
      // Past what is drawn.
      (.example(promise: Promise(seconds: 99, formula: "f")), 1, 0),
    ] as [(CapCell, Int, Int)])
  func recoveryAndPromiseAreMarked(cell: CapCell, back: Int, promise: Int) throws {
    let picture = try svg(cell)
    // One each in the legend.
    #expect(picture.ranges(of: "class=\"back\"").count == 1 + back)
    #expect(picture.ranges(of: "class=\"promise\"").count == 1 + promise)
  }

  @Test func marksAreAtTheirSeconds() throws {
    let picture = try svg(.example())
    let scale = TimeScale(first: -2, end: 6)
    for (style, second) in [("back", 3.2), ("promise", 4)] {
      #expect(picture.contains("class=\"\(style)\" x1=\"\(SVGCanvas.place(scale.x(second)))\""))
    }
    // 12 s of fault go beyond what is drawn.
    let width = SVGCanvas.place(scale.x(6) - scale.x(0))
    #expect(picture.ranges(of: "<rect class=\"fault\" x=\"\(SVGCanvas.place(scale.x(0)))\"").count == 2)
    #expect(picture.ranges(of: " width=\"\(width)\"").count == 4)
  }

  @Test func aFaultThatDidNotStrikeIsNotDrawn() throws {
    var cell = CapCell.example(problems: ["the fault did not strike"])
    cell.secondsOfFault = nil
    let picture = try svg(cell)
    // That of the legend.
    #expect(picture.ranges(of: "class=\"fault\"").count == 1)
    #expect(!picture.contains(">strike<"))
    #expect(picture.contains(">has a problem<"))
  }

  struct Lines: Sendable, CustomTestStringConvertible {
    var cell: CapCell
    var side = 1
    var lines: [String]
    var bad: [String] = []
    var testDescription: String { lines.joined(separator: "; ") }
  }

  @Test(arguments: [
    Lines(
      cell: .example(),
      lines: [
        "majority (2 nodes)", "answered 100 % of the fault", "lost 0 of 100", "stale 0 of 80", "back after 3.2 s",
      ]),
    Lines(
      cell: .example(lost: 12, recovery: 9),
      lines: [
        "majority (2 nodes)", "answered 100 % of the fault", "lost 12 of 100", "stale 0 of 80",
        "back after 9 s, promised 4 s",
      ], bad: ["lost 12 of 100", "back after 9 s, promised 4 s"]),
    Lines(
      cell: .example(stale: 7), side: 0,
      lines: [
        "minority (1 node)", "answered 0 % of the fault", "lost 0 of 0", "stale 7 of 40, up to 1.3 s", "not seen back",
      ], bad: ["stale 7 of 40, up to 1.3 s"]),
    Lines(
      cell: .example(tier: "rabbitmq", workload: .queue, majority: nil, recovery: 0),
      lines: ["majority (2 nodes)", "no calls during the fault", "lost 0 of 100", "served throughout"]),
    Lines(
      cell: .example(workload: .bank, wrongSums: 2, recovery: nil),
      lines: [
        "majority (2 nodes)", "answered 100 % of the fault", "2 of 40 sums wrong", "not seen back, promised 4 s",
      ], bad: ["2 of 40 sums wrong", "not seen back, promised 4 s"]),
  ])
  func numbersStandBeside(_ example: Lines) {
    let panel = SidePanel(
      cell: example.cell, side: example.cell.sides[example.side], counts: CapCell.Course.example.sides[example.side],
      firstSecond: 0, most: 1)
    #expect(panel.numbers.map(\.0) == example.lines)
    #expect(panel.numbers.filter { $0.1 == "bad" }.map(\.0) == example.bad)
  }

  @Test(
    arguments: [
      (CapCell.example(), ["consistency held"]), (.example(lost: 1), ["consistency violated"]),
      (.example(linearizable: .violated), ["consistency violated", "not linearizable"]),
      (.example(linearizable: .unknown), ["consistency undecided"]),
      (.example(invented: 2), ["consistency violated", "2 invented values"]),
      (.example(problems: ["x"]), ["has a problem"]),
      (.example(workload: .queue), ["consistency held", "3 duplicates, 1 out of order"]),
    ] as [(CapCell, [String])])
  func theVerdictIsAtTheLeft(cell: CapCell, words: [String]) throws {
    let picture = try svg(cell)
    for word in words { #expect(picture.contains(">\(word)<")) }
    for other in ["consistency held", "consistency violated", "consistency undecided", "has a problem"]
    where !words.contains(other) {
      #expect(!picture.contains(">\(other)<"))
    }
  }
}
