/// Recognised content that is not a history, with advice for the user.
enum ForeignContent {
  /// How many bytes from the beginning show everything that is known here.
  static let bytesNeeded = 512

  /// The recognised format of a file, and what to do; `nil` if it may be a history.
  static func name(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    for (magic, name) in magics where bytes.starts(with: magic) { return name }
    if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
      return "a tar archive; unpack it and check the history inside"
    }
    // Text of two bytes a character, without a mark: every other byte of Latin text is 0.
    if bytes.count >= 4, (bytes[0] == 0) != (bytes[1] == 0), (bytes[2] == 0) == (bytes[0] == 0),
      (bytes[3] == 0) == (bytes[1] == 0)
    {
      return utf16
    }
    let text = bytes.drop { $0 <= 0x20 }
    if text.first == 0x3C { return "HTML or XML, perhaps the error page of a server; give the history itself" }
    return nil
  }

  private static let utf16 = "text in UTF-16; convert it with `iconv -f UTF-16 -t UTF-8`"
  private static let twice = "compressed twice; decompress it once before"
  private static let magics: [([UInt8], String)] = [
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz; decompress it with `xz -dc FILE | kvchaos check -`"),
    ([0x42, 0x5A, 0x68], "bzip2; decompress it with `bzip2 -dc FILE | kvchaos check -`"),
    ([0x04, 0x22, 0x4D, 0x18], "lz4; decompress it with `lz4 -dc FILE | kvchaos check -`"),
    ([0x4C, 0x5A, 0x49, 0x50], "lzip; decompress it with `lzip -dc FILE | kvchaos check -`"),
    ([0x1F, 0x9D], "the output of compress; decompress it with `gzip -dc FILE | kvchaos check -`"),
    ([0x50, 0x4B, 0x03, 0x04], "a zip archive; unpack it and check the history inside"),
    ([0x50, 0x4B, 0x05, 0x06], "an empty zip archive; give the history itself"),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive; unpack it and check the history inside"),
    ([0x1F, 0x8B], twice), ([0x28, 0xB5, 0x2F, 0xFD], twice),
    ([0xFF, 0xFE, 0x00, 0x00], "text in UTF-32; convert it with `iconv -f UTF-32 -t UTF-8`"),
    ([0x00, 0x00, 0xFE, 0xFF], "text in UTF-32; convert it with `iconv -f UTF-32 -t UTF-8`"),
    ([0xFF, 0xFE], utf16), ([0xFE, 0xFF], utf16),
    ([0x25, 0x50, 0x44, 0x46, 0x2D], "a PDF document; give the history itself"),
    (Array("SQLite format 3".utf8), "an SQLite database; export the operations as JSON Lines"),
  ]

  /// Names that records of whole operations have for their two ends: Porcupine's, and those of other recorders.
  private static let intervalNames: Set<String> = [
    "call", "return", "clientid", "client_id", "callid", "invoke", "response", "complete", "start", "end", "starttime",
    "endtime", "start_time", "end_time", "invocation", "completion", "invoked", "completed", "returned",
  ]

  /// Whether the names of a record's fields are those of an operation with both its ends in one.
  static func isInterval(_ names: [String]) -> Bool {
    names.count { intervalNames.contains($0.lowercased()) } >= 2
  }

  static let intervals = """
    two events for each operation, `invoke` and `ok`, `fail` or `info`, in the order of time (this looks like one \
    record for each operation with its call and its return, as Porcupine has them: write it as two events)
    """
}
