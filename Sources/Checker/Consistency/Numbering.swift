/// Numbers distinct words densely, from 0, in the order of their first sight.
///
/// Open addressing with a multiply-and-fold hash: the keyed hash of a dictionary would cost more than all the rest of a
/// small check, of which the search for a core asks many.
struct Numbering: Sendable {
  private var words: [UInt64] = []
  /// Number + 1; 0 is free.
  private var slots: [Int32]

  /// - Parameter capacity: how many words are expected.
  init(capacity: Int = 16) {
    var size = 32
    while size < capacity * 2 { size *= 2 }
    slots = Array(repeating: 0, count: size)
  }

  var count: Int { words.count }

  /// The number of a word, given at its first sight.
  mutating func number(of word: UInt64) -> Int {
    let slot = slot(of: word)
    if slots[slot] > 0 { return Int(slots[slot]) - 1 }
    words.append(word)
    slots[slot] = Int32(words.count)
    if words.count * 2 > slots.count { grow() }
    return words.count - 1
  }

  /// The number of a word; `nil` when it has none yet.
  func known(_ word: UInt64) -> Int? {
    let number = slots[slot(of: word)]
    return number > 0 ? Int(number) - 1 : nil
  }

  /// Where the word is, or where it would be.
  private func slot(of word: UInt64) -> Int {
    let mask = slots.count - 1
    let product = (word ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    var slot = Int(truncatingIfNeeded: product.high ^ product.low) & mask
    while slots[slot] > 0, words[Int(slots[slot]) - 1] != word { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for (number, word) in words.enumerated() { slots[slot(of: word)] = Int32(number + 1) }
  }
}
