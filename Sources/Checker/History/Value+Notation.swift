extension Value {
  /// The value that a text is in the notation of EDN, which has that of JSON's plain values: `5`, `1.5`, `"a"`, `:a`,
  /// `nil` or `null`. A word in no quotes is a string; `nil` when it is none of all this.
  public init?(notation text: String) {
    var symbols = Symbols()
    let value = Array(text.utf8).withUnsafeBufferPointer { bytes -> Value? in
      var reader = EDNReader(bytes)
      guard let token = try? reader.form(&symbols), (try? reader.skipSpace()) == false else { return nil }
      return symbols.value(token)
    }
    guard let value else { return nil }
    if case .symbol(let name) = value { self = name == "null" ? .null : .string(name) } else { self = value }
  }
}
