/// The least of some numbers, and the next one, while they are removed: linear over all removals together, after
/// sorting.
struct Minimum {
  private let order: [Int]
  private var isGone: [Bool]
  private var first = 0
  private var second = 1

  init(_ values: [Int64]) {
    order = values.indices.sorted { values[$0] < values[$1] }
    isGone = Array(repeating: false, count: values.count)
  }

  /// The position of the least one that is left.
  func least() -> Int? { first < order.count ? order[first] : nil }

  /// The position of the least one that is left besides the one at `position`.
  func least(besides position: Int) -> Int? {
    let place = first < order.count && order[first] == position ? second : first
    return place < order.count ? order[place] : nil
  }

  mutating func remove(_ position: Int) {
    isGone[position] = true
    while first < order.count, isGone[order[first]] { first += 1 }
    second = max(second, first + 1)
    while second < order.count, isGone[order[second]] { second += 1 }
  }
}
