import History
import Randomness

/// Makes key-value histories with a verdict known by construction, in memory that does not grow with their length.
///
/// Every operation has an invocation, a moment inside it at which it takes effect, and a completion; all three are
/// events of one simulated time, so the history is linearizable. `stale` reads are then answered with a value that was
/// certainly overwritten before they began, so it is not.
struct HistoryGenerator {
  var operations = 10_000
  var clients = 10
  var keys = 10
  var readShare = 0.5
  var deleteShare = 0.0
  /// Of the writes, those whose outcome stays unknown; half of them take effect.
  var unknownShare = 0.0
  var stale = 0
  var seed: UInt64 = 1

  private static let meanNanoseconds = 1_000_000.0

  private struct Pending {
    var client: Int
    var process: Int
    var key: Int
    var function: String
    var value: Value
    var call: Int64
    var end: Int64
    var isUnknown = false
    var takesEffect = true
    /// Moments that still refer to it.
    var uses = 2
  }

  private struct Moment {
    enum Kind: Int { case call, effect, end }
    var time: Int64
    var kind: Kind
    /// The place of the operation; for a call, of its client.
    var place: Int
  }

  private struct Write {
    var call: Int64
    var end: Int64
    var value: Value
  }

  /// - Parameter emit: takes the events in the order of time.
  /// - Returns: how many stale reads could be placed.
  func run(_ emit: (Event) throws -> Void) rethrows -> Int {
    var random = SplitMix64(scattering: seed)
    var queue = Heap()
    var pending: [Pending] = []
    var free: [Int] = []
    var states = Array(repeating: Value.null, count: keys)
    var completed = Array(repeating: [Write](), count: keys)
    var processes = Array(0..<clients)
    var nextProcess = clients
    var (made, written, placed, index) = (0, 0, 0, 0)
    for client in 0..<clients {
      queue.push(Moment(time: Int64(random.unit() * Self.meanNanoseconds), kind: .call, place: client))
    }
    func write(_ event: Event) throws {
      var event = event
      event.index = index
      index += 1
      try emit(event)
    }
    func release(_ place: Int) {
      pending[place].uses -= 1
      if pending[place].uses == 0 { free.append(place) }
    }
    while let moment = queue.pop() {
      switch moment.kind {
      case .call:
        guard made < operations else { continue }
        made += 1
        let client = moment.place
        let duration = max(1000, Int64(random.exponential() * Self.meanNanoseconds))
        var operation = Pending(
          client: client, process: processes[client], key: Int(random.unit() * Double(keys)), function: "get",
          value: .null,
          call: moment.time, end: moment.time + duration)
        let choice = random.unit()
        if choice >= readShare + deleteShare {
          written += 1
          (operation.function, operation.value) = ("put", .string("v\(written)"))
        } else if choice >= readShare {
          operation.function = "delete"
        }
        var effect = moment.time + 1 + Int64(random.unit() * Double(duration - 1))
        if operation.function != "get", random.unit() < unknownShare {
          operation.isUnknown = true
          operation.takesEffect = random.unit() < 0.5
          if random.unit() < 0.3 { effect = operation.end + 1 + Int64(random.unit() * 20 * Self.meanNanoseconds) }
          processes[client] = nextProcess
          nextProcess += 1
        }
        let place = free.popLast() ?? pending.count
        if place == pending.count { pending.append(operation) } else { pending[place] = operation }
        queue.push(Moment(time: effect, kind: .effect, place: place))
        queue.push(Moment(time: operation.end, kind: .end, place: place))
        let pause = Int64(Double(duration) * 0.22 * random.unit()) + 1
        queue.push(Moment(time: operation.end + pause, kind: .call, place: client))
        try write(
          Event(
            index: 0, timeNanoseconds: moment.time, process: .client(operation.process), kind: .invoke,
            function: operation.function, key: "k\(operation.key)", value: operation.value))
      case .effect:
        let operation = pending[moment.place]
        if operation.function == "get" {
          pending[moment.place].value = states[operation.key]
        } else if operation.takesEffect {
          states[operation.key] = operation.value
        }
        release(moment.place)
      case .end:
        var operation = pending[moment.place]
        if operation.function == "get", placed < stale, made > operations / (stale + 1) * (placed + 1),
          let old = Self.overwritten(before: operation.call, completed[operation.key])
        {
          operation.value = old
          placed += 1
        }
        if operation.function != "get", !operation.isUnknown {
          completed[operation.key].append(Write(call: operation.call, end: operation.end, value: operation.value))
          if completed[operation.key].count > 64 { completed[operation.key].removeFirst(32) }
        }
        try write(
          Event(
            index: 0, timeNanoseconds: moment.time, process: .client(operation.process),
            kind: operation.isUnknown ? .info : .ok, function: operation.function, key: "k\(operation.key)",
            value: operation.value))
        release(moment.place)
      }
    }
    return placed
  }

  /// A binary heap of moments, the earliest first.
  private struct Heap {
    private var items: [Moment] = []

    mutating func push(_ moment: Moment) {
      items.append(moment)
      var child = items.count - 1
      while child > 0, precedes(items[child], items[(child - 1) / 2]) {
        items.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    }

    mutating func pop() -> Moment? {
      guard let first = items.first, let last = items.popLast() else { return nil }
      guard !items.isEmpty else { return first }
      items[0] = last
      var parent = 0
      while true {
        var child = parent * 2 + 1
        guard child < items.count else { return first }
        if child + 1 < items.count, precedes(items[child + 1], items[child]) { child += 1 }
        guard precedes(items[child], items[parent]) else { return first }
        items.swapAt(child, parent)
        parent = child
      }
    }

    private func precedes(_ left: Moment, _ right: Moment) -> Bool {
      (left.time, left.kind.rawValue) < (right.time, right.kind.rawValue)
    }
  }

  /// A value that was certainly replaced before a moment.
  private static func overwritten(before call: Int64, _ writes: [Write]) -> Value? {
    let ended = writes.filter { $0.end < call }.sorted { $0.call < $1.call }
    guard let newest = ended.last, newest.value != .null else { return nil }
    return ended.dropLast().last { $0.end < newest.call && $0.value != .null }?.value
  }
}
