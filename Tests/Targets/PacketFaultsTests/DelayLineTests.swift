import Testing

@testable import PacketFaults

@Suite struct DelayLineTests {
  private var generator = SeededGenerator(state: 7)

  @Test mutating func aPacketLeavesWhenItsDelayIsOver() {
    var line = DelayLine<Int>(.init(delayNanoseconds: 100))
    #expect(line.enter(1, lengthBytes: 1, now: 10, using: &generator))
    #expect(line.enter(2, lengthBytes: 1, now: 20, using: &generator))
    #expect(line.nextDeparture == 110)
    #expect(line.leave(now: 109).isEmpty)
    #expect(line.leave(now: 110) == [1])
    #expect(line.nextDeparture == 120)
    #expect(line.leave(now: 500) == [2])
    #expect(line.nextDeparture == nil)
  }

  /// Every packet leaves within delay ± jitter of its coming, or right behind the one before it; none overtakes.
  @Test mutating func jitterKeepsTheOrderAndTheBounds() {
    var line = DelayLine<Int>(.init(delayNanoseconds: 1_000, jitterNanoseconds: 400))
    var left: [Int] = []
    var delays: Set<UInt64> = []
    for packet in 0..<500 {
      let now = UInt64(packet) * 1_000
      #expect(line.enter(packet, lengthBytes: 100, now: now, using: &generator))
      let departure = line.nextDeparture ?? 0
      #expect((now + 600...now + 1_400).contains(departure))
      delays.insert(departure - now)
      left += line.leave(now: departure)
    }
    #expect(left == Array(0..<500))
    #expect(delays.count > 100)
  }

  @Test mutating func aRateSpacesPackets() {
    // 8 bits a nanosecond-millionth: 1,000 bytes take 1 ms at 8 Mbit/s.
    var line = DelayLine<Int>(.init(delayNanoseconds: 50, bitsPerSecond: 8_000_000))
    for packet in 0..<3 { #expect(line.enter(packet, lengthBytes: 1_000, now: 0, using: &generator)) }
    #expect(line.leave(now: 1_000_050) == [0])
    #expect(line.leave(now: 2_000_049).isEmpty)
    #expect(line.leave(now: 3_000_050) == [1, 2])
    // An idle line is free at once.
    #expect(line.enter(3, lengthBytes: 1_000, now: 9_000_000, using: &generator))
    #expect(line.nextDeparture == 10_000_050)
  }

  @Test mutating func whatDoesNotFitIsLost() {
    var line = DelayLine<Int>(.init(bitsPerSecond: 8_000_000, bufferNanoseconds: 2_000_000))
    let taken = (0..<10).filter { line.enter($0, lengthBytes: 1_000, now: 0, using: &generator) }
    #expect(taken == [0, 1, 2])
    #expect(line.enter(10, lengthBytes: 1_000, now: 1_000_000, using: &generator))
    // However slow the line is, a free one takes a packet.
    var slow = DelayLine<Int>(.init(bitsPerSecond: 8, bufferNanoseconds: 1))
    #expect(slow.enter(0, lengthBytes: 1_500, now: 0, using: &generator))
  }

  @Test mutating func longUseForgetsWhatHasLeft() {
    var line = DelayLine<Int>(.init(delayNanoseconds: 5_000))
    var left = 0
    for packet in 0..<10_000 {
      _ = line.enter(packet, lengthBytes: 1, now: UInt64(packet), using: &generator)
      for next in line.leave(now: UInt64(packet)) {
        #expect(next == left)
        left += 1
      }
    }
    #expect(left == 5_000)
    #expect(line.count == 5_000)
  }
}

struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}
