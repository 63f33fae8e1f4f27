import Testing

@testable import LoadTest

@Suite struct ClosedLoopTests {
  /// The arithmetic of the reference test: 300 users, 30 s, 100 loops of PUT and GET are 60,000 requests, and while
  /// users come and leave the ramp lets 2,000 a second through.
  @Test func theRampAllowsTwoThousandASecond() {
    let schedule = ClosedLoop(clients: 300, rampNanoseconds: 30 * second, loops: 100, keys: 1_000)
    let run = VirtualStore { _, _ in 5 * millisecond }.run(schedule)
    #expect(run.sent.count == 60_000)
    #expect(run.recorder.puts.count == 30_000 && run.recorder.gets.count == 30_000)
    // The last user comes 0.1 s before the end of the ramp and stays for 200 requests of 5 ms.
    #expect(run.end == 30 * second - 100 * millisecond + 200 * 5 * millisecond)
    // Each user is there for a second, ten come in one: in the middle of the test 2,000 requests a second.
    let rates = run.recorder.seconds.dropFirst(2).prefix(26).map { $0.puts + $0.gets }
    #expect(rates.allSatisfy { abs($0 - 2_000) <= 20 }, "\(rates)")
    #expect(run.mostOpen <= 11)
  }

  @Test func usersComeEvenlyOverTheRamp() {
    let schedule = ClosedLoop(clients: 4, rampNanoseconds: 8 * second, loops: 1, keys: 10)
    let run = VirtualStore { _, _ in millisecond }.run(schedule)
    let starts = run.sent.filter { $0.request.kind == .put }.map(\.at)
    #expect(starts == [0, 2 * second, 4 * second, 6 * second])
  }

  @Test func everyUserGetsTheKeyItPut() {
    let schedule = ClosedLoop(clients: 7, rampNanoseconds: 100 * millisecond, loops: 20, keys: 33)
    let run = VirtualStore { request, now in (UInt64(request.key) % 5 + now % 3 + 1) * millisecond }.run(schedule)
    for client in 0..<7 {
      let own = run.sent.map(\.request).filter { $0.client == client }
      #expect(own.count == 40)
      for pair in stride(from: 0, to: 40, by: 2) {
        #expect(own[pair].kind == .put && own[pair + 1].kind == .get && own[pair].key == own[pair + 1].key)
      }
    }
    #expect(Set(run.sent.map(\.request.key)) == Set(0..<33))
  }

  /// A client's next request leaves when its last one was answered, and never two at once.
  @Test func aClientHasOneRequestOpen() {
    let schedule = ClosedLoop(clients: 3, rampNanoseconds: 0, loops: 10, keys: 5)
    let run = VirtualStore { request, _ in UInt64(request.client + 1) * millisecond }.run(schedule)
    #expect(run.mostOpen == 3)
    for client in 0..<3 {
      let moments = run.sent.filter { $0.request.client == client }.map(\.at)
      #expect(moments == (0..<20).map { UInt64($0 * (client + 1)) * millisecond })
    }
  }

  @Test func aSaturatedTestBeginsNothingAfterItsEnd() {
    let schedule = ClosedLoop(
      clients: 5, rampNanoseconds: 0, endNanoseconds: second, keys: 100, putsPerThousand: 250)
    let run = VirtualStore { _, _ in 7 * millisecond }.run(schedule)
    #expect(run.sent.allSatisfy { $0.at < second })
    // 143 rounds of 7 ms begin within a second; all that was begun is answered.
    #expect(run.recorder.total == 5 * 143)
    #expect(run.end >= second)
    #expect(run.recorder.puts.count == 5 * 36)
  }

  @Test func stoppingWaitsForWhatIsOpen() {
    let schedule = ClosedLoop(clients: 5, rampNanoseconds: 0, loops: 1_000, keys: 100)
    let run = VirtualStore { _, _ in 300 * millisecond }.run(schedule, stopAt: second)
    #expect(run.sent.count == 20)
    #expect(run.recorder.total == 20)
  }
}
