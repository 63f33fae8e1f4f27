/// What a report says, apart from how it is written. `TextRenderer`, `MarkdownRenderer` and `HTMLRenderer` write it.
public struct Document: Sendable, Hashable {
  public var title: String
  /// The result of all, shown beside the title; `nil` if there is none.
  public var verdict: Badge?
  public var blocks: [Block]

  public init(title: String, verdict: Badge? = nil, _ blocks: [Block] = []) {
    self.title = title
    self.verdict = verdict
    self.blocks = blocks
  }
}

/// How good what is shown is: a colour on a page.
public enum Tone: String, Sendable, Hashable {
  case held
  case violated
  case undecided
  /// Nothing to judge.
  case quiet
}

/// A word with its colour.
public struct Badge: Sendable, Hashable {
  public var word: String
  public var tone: Tone

  public init(_ word: String, _ tone: Tone) {
    self.word = word
    self.tone = tone
  }
}

/// A part of a document, from top to bottom.
public enum Block: Sendable, Hashable {
  /// - Parameter level: 2 for a section, 3 for a part of one.
  case heading(Prose, level: Int = 2)
  case paragraph(Prose)
  case list([Prose])
  case table(Table)
  case code(String, language: String = "")
  /// What a reader opens to see it. Texts show it in full.
  indirect case details(Prose, [Block])
  case figure(Figure)
  /// A few numbers at a glance, for a page. Tables have them too, so texts leave them out.
  case tiles([Tile])

  /// The paragraphs and lists of a text with Markdown's marks, which blank lines separate.
  public static func blocks(marked text: String) -> [Block] {
    text.split(separator: "\n\n").map { part in
      guard part.hasPrefix("- ") else { return .paragraph(Prose(marked: part)) }
      return .list(part.dropFirst(2).split(separator: "\n- ").map { Prose(marked: $0) })
    }
  }
}

/// A number and what it is.
public struct Tile: Sendable, Hashable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

public struct Table: Sendable, Hashable {
  public struct Row: Sendable, Hashable {
    public var cells: [Prose]
    public var tone: Tone?

    public init(_ cells: [Prose], tone: Tone? = nil) {
      self.cells = cells
      self.tone = tone
    }
  }

  /// Empty for a table without one.
  public var header: [String]
  public var rows: [Row]
  /// The columns, by index, that hold numbers and stand to the right.
  public var numbers: Set<Int>

  public init(_ header: [String], _ rows: [Row], numbers: Set<Int> = []) {
    self.header = header
    self.rows = rows
    self.numbers = numbers
  }

  /// A table of texts without marks.
  public init(_ header: [String], _ rows: [[String]], numbers: Set<Int> = []) {
    self.init(header, rows.map { Row($0.map { Prose($0) }) }, numbers: numbers)
  }
}

/// A picture.
public struct Figure: Sendable, Hashable {
  public enum Content: Sendable, Hashable {
    /// HTML or SVG that stands in the page. Texts leave it out.
    case markup(String)
    /// A file beside the document.
    case file(String)
  }

  /// What a colour means.
  public struct Key: Sendable, Hashable {
    /// A class of the page's style sheet.
    public var style: String
    public var words: String

    public init(_ style: String, _ words: String) {
      self.style = style
      self.words = words
    }
  }

  /// What it shows, for those who do not see it.
  public var title: String
  public var content: Content
  public var legend: [Key]
  /// What else there is to say below it.
  public var note: String

  public init(_ title: String, _ content: Content, legend: [Key] = [], note: String = "") {
    self.title = title
    self.content = content
    self.legend = legend
    self.note = note
  }
}
