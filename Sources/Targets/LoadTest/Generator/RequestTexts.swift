/// The texts of the requests, rendered once; the digits of the key and of the value's number are overwritten in place.
struct RequestTexts: Sendable, Hashable {
  let putURL: String
  /// With zeros for the key's digits, which begin at `getKeyOffset`.
  let getURL: String
  let getKeyOffset: Int
  let body: String
  let bodyKeyOffset: Int
  let bodyValueOffset: Int

  static let keyPrefix = "load."

  init(_ settings: LoadSettings) {
    let key = Self.keyPrefix + String(repeating: "0", count: LoadSettings.keyDigits)
    putURL = "\(settings.target.url)/store?ack=\(settings.acknowledgement.rawValue)"
    let before = "\(settings.target.url)/store/"
    getURL = "\(before)\(key)?read=\(settings.read.rawValue)"
    getKeyOffset = before.utf8.count + Self.keyPrefix.utf8.count
    let number = String(repeating: "0", count: LoadSettings.sequenceDigits)
    // Varied letters: a value that compresses to nothing would flatter any part that compresses.
    let filler = String((0..<max(0, settings.valueBytes - number.utf8.count)).map { Self.letters[$0 * 7 % 61] })
    let head = #"{"key":""#
    let middle = #"","value":""#
    body = "\(head)\(key)\(middle)\(number)\(filler)\"}"
    bodyKeyOffset = head.utf8.count + Self.keyPrefix.utf8.count
    bodyValueOffset = head.utf8.count + key.utf8.count + middle.utf8.count
  }

  private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

  /// Writes a number with leading zeros; of a longer one, its last digits.
  static func write(_ number: Int, digits: Int, to buffer: UnsafeMutableBufferPointer<CChar>, at offset: Int) {
    var rest = number
    for position in (offset..<(offset + digits)).reversed() {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      buffer[position] = CChar(UInt8(ascii: "0")) + CChar(digit)
      rest = quotient
    }
  }
}
