/// Text from anywhere, made safe for where it is shown: the one place for it.
///
/// All of it goes by Unicode scalars. A character as Swift counts them may hide the one that matters: U+0600 joins with
/// a `<` behind it, and browsers know nothing of that.
public enum Escaping {
  /// For HTML and XML 1.0, in text and in attributes in double quotes. What XML cannot hold at all is replaced.
  public static func markup(_ text: String) -> String {
    rewritten(text) { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "\n", "\t": nil
      case _ where scalar.value < 0x20 || scalar.value & 0xFFFE == 0xFFFE: "\u{FFFD}"
      default: nil
      }
    }
  }

  /// A cell of a Markdown table.
  public static func markdownCell(_ text: String) -> String {
    rewritten(text) { scalar in
      switch scalar {
      case "|": "\\|"
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": " "
      default: nil
      }
    }
  }

  /// For a terminal: what would move the cursor, change a colour or turn the direction of writing is shown as text.
  ///
  /// - Parameter keepingNewlines: for texts of several lines.
  public static func plain(_ text: String, keepingNewlines: Bool = false) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F }) else { return text }
    return rewritten(text) { scalar in
      switch scalar {
      case "\n": keepingNewlines ? nil : "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      case _ where scalar.isASCII: scalar.value < 0x20 || scalar.value == 0x7F ? escape(scalar) : nil
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: escape(scalar)
        default: nil
        }
      }
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    "\\u{\(String(scalar.value, radix: 16))}"
  }

  static func rewritten(_ text: String, _ replacement: (Unicode.Scalar) -> String?) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if let replacement = replacement(scalar) {
        result.append(contentsOf: replacement.unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }
}
