extension RandomAccessCollection {
  /// The first position whose element meets a condition that, once met, all later elements meet; the end if none does.
  func firstPosition(where isMet: (Element) -> Bool) -> Index {
    var low = startIndex
    var count = self.count
    while count > 0 {
      let middle = index(low, offsetBy: count / 2)
      if isMet(self[middle]) {
        count /= 2
      } else {
        low = index(after: middle)
        count -= count / 2 + 1
      }
    }
    return low
  }
}
