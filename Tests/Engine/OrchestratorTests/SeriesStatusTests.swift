import Orchestrator
import Testing

@Suite struct SeriesStatusTests {
  @Test(
    arguments: [
      ([], 0), ([0, 0], 0), ([0, 2, 0], 2), ([2, 1, 0], 1), ([69, 2], 69), ([69, 70], 69), ([2, 70, 0], 70),
      ([1, 130], 1), ([130, 0], 130), ([70, 1, 2], 1),
    ] as [([Int32], Int32)])
  func theWorstStands(statuses: [Int32], worst: Int32) {
    var series = SeriesStatus()
    for status in statuses { series.add(status) }
    #expect(series.value == worst)
  }
}
