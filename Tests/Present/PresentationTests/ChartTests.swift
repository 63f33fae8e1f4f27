import Testing

@testable import Presentation

@Suite struct ChartTests {
  @Test(
    arguments: [
      (0, 1), (1, 1), (1.1, 2), (2, 2), (4, 5), (5, 5), (5.1, 10), (11, 20), (50, 50), (51, 100), (999, 1_000),
    ] as [(Double, Double)])
  func aScaleEndsAtARoundNumber(largest: Double, end: Double) {
    #expect(Axis.end(largest) == end)
  }

  @Test func aScaleMayEndBelowOne() {
    #expect(Axis.end(0.3, least: 0.1) == 0.5 && Axis.end(0.3) == 1)
  }

  @Test(
    arguments: [
      (1, 12, 1), (12, 12, 1), (13, 12, 2), (25, 12, 2), (26, 12, 5), (60, 12, 5), (70, 12, 10), (600, 12, 60),
      (720, 12, 60),
      (4 * 3_600, 12, 1_800), (40 * 3_600, 12, 7_200), (25, 10, 5), (21, 10, 2),
    ])
  func marksAreAtStepsOfAClock(seconds: Int, marks: Int, step: Int) {
    #expect(Axis.step(ofSeconds: seconds, marks: marks) == step)
  }

  @Test func aPlotHoldsItsValues() {
    let plot = Plot(top: 10, height: 100, largest: 7)
    #expect(plot.maximum == 10 && plot.bottom == 110)
    #expect(plot.y(0) == 110 && plot.y(5) == 60 && plot.y(10) == 10 && plot.y(99) == 10)
    #expect(Plot.x(-1) == Plot.x(0) && Plot.x(2) == Plot.x(1) && Plot.x(0) < Plot.x(0.5))
  }

  /// The parts of a bar stand one upon the other, and those of nothing are not drawn.
  @Test func partsOfABarAreStacked() {
    var canvas = SVGCanvas()
    let plot = Plot(top: 0, height: 100, largest: 10)
    plot.drawBar(second: 0, of: 10, [("ok", 5), ("fail", 0), ("unknown", 3), ("second", 1)], tip: "t", on: &canvas)
    let lines = canvas.embedded(width: 1, height: 1, title: "").split(separator: "\n").dropFirst().dropLast()
    #expect(
      lines.map(String.init) == [
        #"<rect class="ok" x="66" y="50" width="91" height="50"><title>t</title></rect>"#,
        #"<rect class="unknown" x="66" y="20" width="91" height="30"><title>t</title></rect>"#,
        #"<rect class="second" x="66" y="10" width="91" height="10"><title>t</title></rect>"#,
      ])
  }

  @Test func shapesAreWrittenToATenth() {
    var canvas = SVGCanvas()
    canvas.text("a<b", x: 1.26, y: 2, style: "s", anchor: "end")
    canvas.text("", x: 0, y: 0)
    canvas.box("", x: 1, y: 1, width: -3, height: 1)
    canvas.boxes("b", [.init(x: 0, y: 0, width: 1.04, height: 2), .init(x: 3, y: 0, width: 1, height: 2)])
    canvas.boxes("none", [])
    canvas.upright("u", x: 1, from: 2, to: 3)
    canvas.level("l", y: 1, from: 2, to: 3)
    canvas.polyline("p", [(0, 1), (2.55, 3)])
    canvas.polyline("none", [])
    #expect(
      canvas.embedded(width: 10, height: 5, title: "A & B") == """
        <svg viewBox="0 0 10 5" role="img" aria-label="A &amp; B">
        <text class="s" text-anchor="end" x="1.3" y="2">a&lt;b</text>
        <rect x="1" y="1" width="0" height="1"/>
        <path class="b" d="M0 0h1v2h-1zM3 0h1v2h-1z"/>
        <line class="u" x1="1" x2="1" y1="2" y2="3"/>
        <line class="l" x1="2" x2="3" y1="1" y2="1"/>
        <polyline class="p" points="0,1 2.6,3"/>
        </svg>
        """)
  }
}
