/// Tells the strings that are prefixes of what some read saw, each by a number; all others are one: invisible.
///
/// A value that grows by appending matters only as far as a read may see it. Over the sorted strings that were read, a
/// prefix is the range of strings that begin with it, so that appending is a binary search and no string is ever built.
struct PrefixIndex {
  private struct Prefix: Hashable {
    /// The first string that begins with it.
    var low: Int32
    var length: Int32
  }

  /// Distinct, sorted bytewise.
  private let strings: [[UInt8]]
  private var numbers: [Prefix: Int] = [:]
  private var prefixes: [Prefix] = []
  private var memo: [UInt64: Int] = [:]

  /// The number of the empty string, and of every string that no read saw the beginning of.
  static let empty = 0
  static let invisible = 1

  init(_ read: [[UInt8]]) {
    strings = Array(Set(read)).sorted { $0.lexicographicallyPrecedes($1) }
    prefixes = [Prefix(low: 0, length: 0), Prefix(low: -1, length: -1)]
    numbers[prefixes[0]] = Self.empty
  }

  /// Whether `number` is exactly the `length` bytes of a string that was read: equal then, for it is a prefix.
  func length(of number: Int) -> Int { Int(prefixes[number].length) }

  /// The number of a string that was read.
  mutating func number(of string: [UInt8]) -> Int { appending(string, to: Self.empty) }

  /// - Parameter part: the number that the caller has for `text`, for the memory of earlier answers.
  mutating func appending(_ text: [UInt8], part: Int, to number: Int) -> Int {
    let question = UInt64(number) << 32 | UInt64(part)
    if let known = memo[question] { return known }
    let answer = appending(text, to: number)
    memo[question] = answer
    return answer
  }

  private mutating func appending(_ text: [UInt8], to number: Int) -> Int {
    guard number != Self.invisible else { return Self.invisible }
    if text.isEmpty { return number }
    let prefix = prefixes[number]
    let offset = Int(prefix.length)
    // The first string that continues with `text` or sorts behind it.
    let model = strings[Int(prefix.low)]
    let low = strings[Int(prefix.low)...].firstPosition { !precedes($0, text, at: offset, from: model) }
    guard low < strings.count, continues(strings[low], text, at: offset, from: model) else {
      return Self.invisible
    }
    let longer = Prefix(low: Int32(low), length: Int32(offset + text.count))
    if let known = numbers[longer] { return known }
    prefixes.append(longer)
    numbers[longer] = prefixes.count - 1
    return prefixes.count - 1
  }

  /// Whether a string sorts before the prefix of `model` of length `offset` followed by `text`.
  private func precedes(_ string: [UInt8], _ text: [UInt8], at offset: Int, from model: [UInt8]) -> Bool {
    let head = string.prefix(offset)
    let wanted = model.prefix(offset)
    if !head.elementsEqual(wanted) { return head.lexicographicallyPrecedes(wanted) }
    return string.dropFirst(offset).lexicographicallyPrecedes(text)
  }

  private func continues(_ string: [UInt8], _ text: [UInt8], at offset: Int, from model: [UInt8]) -> Bool {
    string.count >= offset + text.count && string.prefix(offset).elementsEqual(model.prefix(offset))
      && string.dropFirst(offset).prefix(text.count).elementsEqual(text)
  }
}
