import History

/// Makes a history smaller while it keeps a property: what is left shows the matter best.
public enum Reduction {
  /// Leaves out operation by operation until none can go.
  public static func minimize(_ events: [Event], while keeps: ([Event]) -> Bool) -> [Event] {
    var smallest = events
    var isSmaller = true
    while isSmaller {
      isSmaller = false
      for operation in Trace(smallest).operations.reversed() {
        var trace = Trace(smallest)
        trace.remove([operation.invocation] + (operation.completion.map { [$0] } ?? []))
        guard let rest = trace.numbered(), keeps(rest) else { continue }
        smallest = rest
        isSmaller = true
        break
      }
    }
    return smallest
  }
}
