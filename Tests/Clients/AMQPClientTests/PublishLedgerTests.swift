import Testing

@testable import AMQPClient

@Suite("Unconfirmed publishes")
struct PublishLedgerTests {
  private let start = ContinuousClock.now

  private func ledger(_ count: Int) -> PublishLedger<Int> {
    var ledger = PublishLedger<Int>()
    for number in 1...count {
      let given = ledger.add(number, deadline: start + .seconds(number))
      #expect(given == UInt64(number))
    }
    return ledger
  }

  @Test func oneAcknowledgement() {
    var ledger = ledger(3)
    let settled = ledger.settle(2, multiple: false, confirmed: true)
    #expect(settled.map(\.token) == [2])
    #expect(settled.map(\.outcome) == [.confirmed])
    #expect(ledger.count == 2)
  }

  @Test func multipleSettlesEverythingUpToTheNumberInOrder() {
    var ledger = ledger(5)
    _ = ledger.settle(2, multiple: false, confirmed: true)
    #expect(ledger.settle(4, multiple: true, confirmed: true).map(\.token) == [1, 3, 4])
    #expect(ledger.settle(4, multiple: true, confirmed: true).isEmpty)
    #expect(ledger.settle(0, multiple: true, confirmed: true).map(\.token) == [5])
  }

  @Test func aReturnedMessageIsNotSentThoughItIsConfirmed() {
    var ledger = ledger(1)
    ledger.returned(1, reason: "312 NO_ROUTE")
    #expect(ledger.settle(1, multiple: false, confirmed: true).map(\.outcome) == [.notSent(reason: "312 NO_ROUTE")])
  }

  @Test func aNegativeAcknowledgementIsNoFailure() {
    var ledger = ledger(1)
    guard case .refused = ledger.settle(1, multiple: false, confirmed: false).first?.outcome else {
      Issue.record("a refusal of responsibility is no promise")
      return
    }
  }

  @Test func lateOnesAreGivenUpAndTheirLateConfirmationIsIgnored() {
    var ledger = ledger(3)
    #expect(ledger.expire(now: start + .seconds(2)) == [1, 2])
    #expect(ledger.settle(2, multiple: true, confirmed: true).isEmpty)
    #expect(ledger.settle(3, multiple: false, confirmed: true).map(\.token) == [3])
  }

  @Test func aLossMakesTheRestUnknownAndStartsAgain() {
    var ledger = ledger(3)
    ledger.returned(2, reason: "312")
    _ = ledger.settle(1, multiple: false, confirmed: true)
    let lost = ledger.lose(reason: "reset")
    #expect(lost.map(\.outcome) == [.notSent(reason: "312"), .unknown(reason: "reset")])
    #expect(ledger.count == 0)
    let first = ledger.add(9, deadline: start)
    #expect(first == 1)
  }

  @Test(arguments: [(7, true), (7, false), (0, false)] as [(UInt64, Bool)])
  func numbersThatWereNeverSentAreIgnored(_ number: UInt64, _ multiple: Bool) {
    var ledger = PublishLedger<Int>()
    #expect(ledger.settle(number, multiple: multiple, confirmed: true).isEmpty)
  }
}
