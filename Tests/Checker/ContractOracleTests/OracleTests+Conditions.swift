import History
import Testing

@testable import ContractOracle

extension OracleTests {
  /// Conditional writes, and writes that share an operation id.
  static let conditionsAndIDs: [Example] = [
    Example("a compare-and-set that holds", true) {
      $0.put(a)
      $0.ask(1, "cas", .list([a, b]))
      $0.end(1)
      $0.get(b)
    },
    Example("a compare-and-set that cannot hold", false) {
      $0.put(a)
      $0.ask(1, "cas", .list([b, c]))
      $0.end(1)
    },
    Example("a declined compare-and-set of unknown outcome", true) {
      $0.put(a)
      $0.ask(1, "cas", .list([b, c]))
      $0.end(1, .info)
      $0.get(a)
    },
    Example("a queued compare-and-set that is declined, and not in the record", true) {
      $0.put(a)
      $0.ask(1, "cas", .list([b, c]), "queued", id: "o")
      $0.end(1)
      $0.audit("o", false)
      $0.get(a, "final")
    },
    Example("a queued compare-and-set that was applied and is gone", false) {
      $0.put(a)
      $0.ask(1, "cas", .list([a, b]), "queued", id: "o")
      $0.end(1)
      $0.audit("o", true)
      $0.get(a, "final")
    },
    Example("a queued compare-and-set that was applied although its condition never held", false) {
      $0.put(a)
      $0.ask(1, "cas", .list([b, c]), "queued", id: "o")
      $0.end(1)
      $0.audit("o", true)
      $0.get(c, "final")
    },
    Example("something comes between a condition and its write, by the versions", false) {
      $0.put(a, "committed", version: 1)
      $0.ask(1, "cas", .list([a, b]), "committed")
      $0.put(c, "committed", by: 3, version: 2)
      $0.end(1, version: 3)
    },
    Example("of two queued writes with one id the first has an effect", true) {
      $0.ask(1, "put", a, "queued", id: "o")
      $0.end(1)
      $0.ask(2, "put", b, "queued", id: "o")
      $0.end(2)
      $0.audit("o", true)
      $0.get(a, "final")
    },
    Example("of two queued writes with one id the second has an effect", false) {
      $0.ask(1, "put", a, "queued", id: "o")
      $0.end(1)
      $0.ask(2, "put", b, "queued", id: "o")
      $0.end(2)
      $0.get(b, "final")
    },
    Example("of two queued writes with one id either may come first when they overlap", true) {
      $0.ask(1, "put", a, "queued", id: "o")
      $0.ask(2, "put", b, "queued", id: "o")
      $0.end(1)
      $0.end(2)
      $0.get(b, "final")
    },
    Example("both writes with one id have an effect", false) {
      $0.ask(1, "put", a, "queued", id: "o")
      $0.ask(2, "put", b, "queued", id: "o")
      $0.end(1)
      $0.end(2)
      $0.get(a, "linearizable")
      $0.get(b, "final")
    },
    Example("neither of two writes with one id has an effect", false) {
      $0.ask(1, "put", a, "queued", id: "o")
      $0.ask(2, "put", b, "queued", id: "o")
      $0.end(1)
      $0.end(2)
      $0.get(.null, "final")
    },
    Example("a write with the id of a committed one is refused", true) {
      $0.ask(1, "put", a, "committed", id: "o")
      $0.end(1, version: 1)
      $0.ask(2, "put", b, "committed", id: "o")
      $0.end(2, .fail)
      $0.audit("o", true)
      $0.get(a, "linearizable")
    },
    Example("a write with the id of a committed one is committed", false) {
      $0.ask(1, "put", a, "committed", id: "o")
      $0.end(1, version: 1)
      $0.ask(2, "put", b, "committed", id: "o")
      $0.end(2, version: 2)
    },
    Example("a write with the id of a committed one is acknowledged as queued, and changes nothing", true) {
      $0.ask(1, "put", a, "committed", id: "o")
      $0.end(1, version: 1)
      $0.ask(2, "put", b, "queued", id: "o")
      $0.end(2)
      $0.get(a, "final")
    },
  ]
}
