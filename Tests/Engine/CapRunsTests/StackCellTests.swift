import Stack
import Testing

@testable import CapRuns

struct StackCellTests {
  /// An engine says nothing of a container that was removed: only a roster from the start of the series shows that it
  /// is missing.
  @Test func aNodeThatIsGoneKeepsTheTiersFromBeingWhole() {
    let nodes = Examples.whole.nodes
    #expect(StackCell.unready(nodes, gone: []) == nil)
    let gone = NodeLack(node: "sql-9", what: "is gone: its container was removed")
    #expect(StackCell.unready(nodes, gone: [gone]) == gone.description)
  }
}
