import Foundation

/// JSON as every file and every `--json` of the house has it: sorted members, indented.
public enum PrettyJSON {
  /// - Throws: `EncodingError`.
  public static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
