import Foundation
import TestSupport
import Testing

/// `kvchaos check` as others see it: what it prints where, and how it ends.
@Suite(.timeLimit(.minutes(10))) struct CheckCommandTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var options: [String] = []
    var history: String
    var status: Int32
    /// A part of what is printed on standard output, or for 64 and 65 on standard error.
    var says: String
    var testDescription: String { name }
  }

  /// A write of 1, and a read after it.
  private static func written(thenRead value: String) -> String {
    """
    {"process":0,"type":"invoke","f":"write","key":"k","value":1}
    {"process":0,"type":"ok","f":"write","key":"k","value":1}
    {"process":1,"type":"invoke","f":"read","key":"k","value":null}
    {"process":1,"type":"ok","f":"read","key":"k","value":\(value)}

    """
  }

  /// Writes of pairs, of which the first is read after the second.
  private static let pairs = """
    {"process":0,"type":"invoke","f":"write","value":["a",1]}
    {"process":0,"type":"ok","f":"write","value":["a",1]}
    {"process":0,"type":"invoke","f":"write","value":["b",1]}
    {"process":0,"type":"ok","f":"write","value":["b",1]}
    {"process":1,"type":"invoke","f":"read","value":null}
    {"process":1,"type":"ok","f":"read","value":["a",1]}

    """

  private static let (held, violated) = (written(thenRead: "1"), written(thenRead: "null"))
  /// A set that is removed from and read as a whole, which nothing decides.
  private static let unknown = """
    {"process":0,"type":"invoke","f":"add","value":1}
    {"process":0,"type":"ok","f":"add","value":1}
    {"process":0,"type":"invoke","f":"remove","value":1}
    {"process":0,"type":"ok","f":"remove","value":1}
    {"process":0,"type":"invoke","f":"read","value":null}
    {"process":0,"type":"ok","f":"read","value":[]}

    """

  private static let cases = [
    Case(name: "holds", history: held, status: 0, says: "HELD"),
    Case(name: "violated", history: violated, status: 1, says: "cannot be put in one order"),
    Case(name: "undecided", history: unknown, status: 2, says: "UNDECIDED"),
    Case(name: "unknown option", options: ["--fast"], history: held, status: 64, says: "Unknown option '--fast'"),
    Case(name: "unknown model", options: ["--model", "stack"], history: held, status: 64, says: "cas-register"),
    Case(name: "no time", options: ["--timeout", "0"], history: held, status: 64, says: "more than 0 seconds"),
    Case(name: "no threads", options: ["--threads", "0"], history: held, status: 64, says: "between 1 and 1024"),
    Case(
      name: "a time with its unit", options: ["--timeout", "60s", "--cache-ttl", "500ms"], history: held, status: 0,
      says: "HELD"),
    Case(
      name: "a time in seconds", options: ["--timeout", "60", "--cache-ttl", "0.5"], history: held, status: 0,
      says: "HELD"),
    Case(name: "no end of time", options: ["--timeout", "1e300"], history: held, status: 64, says: "1e300"),
    Case(
      name: "a long time", options: ["--timeout", "99999999999999999999s"], history: held, status: 64, says: "99999"),
    Case(name: "a time that is not a number", options: ["--timeout", "nan"], history: held, status: 64, says: "nan"),
    Case(name: "a negative time", options: ["--cache-ttl=-1"], history: held, status: 64, says: "-1"),
    Case(name: "an age past all numbers", options: ["--cache-ttl", "1e300"], history: held, status: 64, says: "1e300"),
    Case(
      name: "too many threads", options: ["--threads", "100000"], history: held, status: 64, says: "between 1 and 1024"),
    Case(name: "memory past all numbers", options: ["--memory", "1e300G"], history: held, status: 64, says: "1e300G"),
    Case(
      name: "memory past every machine", options: ["--memory", "99999999999999G"], history: held, status: 64,
      says: "99999999999999G"),
    Case(name: "no memory", options: ["--memory", "0"], history: held, status: 64, says: "--memory"),
    Case(name: "keys of no kind", options: ["--keys", "all"], history: held, status: 64, says: "tuple"),
    Case(
      name: "values that are no pairs", options: ["--keys", "tuple"], history: pairs, status: 65, says: "--keys none"),
    Case(name: "values that are pairs", options: ["--keys", "none"], history: pairs, status: 1, says: "VIOLATED"),
    Case(
      name: "an array", history: "[\(held.split(separator: "\n").joined(separator: ","))]", status: 0, says: "HELD"),
    Case(name: "an empty file", history: "", status: 65, says: "found an empty file"),
    Case(name: "an error as JSON", history: #"{"error":"not found"}"#, status: 65, says: "the field `type`"),
    Case(
      name: "only a nemesis", history: #"{"process":"nemesis","type":"info","f":"kill"}"# + "\n", status: 65,
      says: "no operation of a client"),
    Case(
      name: "a completion of another key",
      history: held.replacing(#""ok","f":"read","key":"k""#, with: #""ok","f":"read","key":"j""#),
      status: 65, says: "completes read of key j, but invoked read of key k"),
    Case(
      name: "a malformed line that would colour the terminal", history: held + "\u{1B}[31m\n", status: 65,
      says: "found `\\u{1b}[31m`"),
    Case(name: "memory in stones", options: ["--memory", "3stone"], history: held, status: 64, says: "3stone"),
    Case(
      name: "a malformed line", history: held.replacing("\"ok\"", with: "\"okay\""), status: 65,
      says: "history.jsonl:2: expected"),
    Case(
      name: "a completion of nothing", history: String(held.split(separator: "\n")[1]) + "\n", status: 65,
      says: "history.jsonl: "),
    Case(name: "no history", history: "Dear diary,\n", status: 65, says: "history.jsonl:1: expected a history"),
  ]

  @Test(arguments: cases)
  func theStatusSaysWhatWasFound(_ example: Case) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("history.jsonl", example.history).path
    let run = try ProgramRun(["check", path] + example.options)
    #expect(run.status == example.status)
    let isVerdict = example.status <= 2
    #expect((isVerdict ? run.output : run.errors).contains(example.says), "\(run.output)\(run.errors)")
    #expect((isVerdict ? run.errors : run.output).isEmpty)
  }

  /// What examples/README.md says of them.
  @Test(arguments: [("stale-read.jsonl", "overwritten 26.000 ms before"), ("lost-write.jsonl", #""blue" is gone"#)])
  func theExamplesAreViolated(_ file: String, says: String) throws {
    let folder = Repository.file("examples")
    let run = try ProgramRun(["check", folder.appending(path: file).path])
    #expect(run.status == 1)
    #expect(run.output.contains(says))
  }

  @Test func aFileThatIsNotThereIsNoVerdict() throws {
    let path = try TemporaryFolder().url.appendingPathComponent("history.jsonl").path
    let run = try ProgramRun(["check", path])
    #expect(run.status == 65)
    #expect(run.errors == "kvchaos: \(path): cannot open: No such file or directory\n")
  }

  /// What can be read only once has the verdict of a file, though most engines come after a first reading.
  @Test(arguments: ["-", "/dev/stdin"], [(held, 0), (violated, 1), (unknown, 2)] as [(String, Int32)])
  func aPipeIsAHistoryToo(path: String, example: (history: String, status: Int32)) throws {
    func run(_ options: String...) throws -> ProgramRun {
      let pipe = Pipe()
      try pipe.fileHandleForWriting.write(contentsOf: Data(example.history.utf8))
      try pipe.fileHandleForWriting.close()
      return try ProgramRun(["check"] + options + [path], pipe: pipe)
    }
    let checked = try run()
    #expect(checked.status == example.status, "\(checked.errors)")
    #expect(checked.output.contains(path == "-" ? "standard input" : path))
    let drawn = try run("--html", "page.html")
    #expect(drawn.status == 64 && drawn.errors.contains("give a file, not"))
  }

  @Test(arguments: [(held, 0), (violated, 1), (unknown, 2)] as [(String, Int32)])
  func jsonHasEveryKeyWithItsVerdict(history: String, status: Int32) throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(["check", "--json", folder.file("history.jsonl", history).path])
    #expect(run.status == status)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    func isExpected(_ verdict: Any?) -> Bool {
      status == 2 ? verdict as? String == "unknown" : verdict as? Bool == (status == 0)
    }
    #expect(isExpected(report["verdict"]))
    for number in ["operations", "unknowns", "seconds", "peakMemoryBytes"] {
      #expect(report[number] is NSNumber, "\(number)")
    }
    #expect(report["operations"] as? Int == (status == 2 ? 3 : 2))
    let key = try #require((report["keys"] as? [[String: Any]])?.first)
    #expect(isExpected(key["verdict"]))
    #expect(key["engine"] as? String == (status == 2 ? "none" : "zones"))
    #expect(key["operations"] as? Int == (status == 2 ? 3 : 2))
    #expect(key["unknowns"] as? Int == 0 && key["seconds"] is NSNumber)
  }

  @Test(arguments: [(held, 0), (violated, 1)] as [(String, Int32)])
  func thePageIsWritten(history: String, status: Int32) throws {
    let folder = try TemporaryFolder()
    let page = folder.url.appendingPathComponent("page.html")
    let run = try ProgramRun(["check", "--html", page.path, folder.file("history.jsonl", history).path])
    #expect(run.status == status)
    #expect(run.errors.isEmpty)
    #expect(try String(contentsOf: page, encoding: .utf8).hasSuffix("</html>\n"))
  }

  /// The verdict is never hidden by a page that cannot be written: it is printed, and a violation stays the status.
  @Test(arguments: [(held, 64), (violated, 1)] as [(String, Int32)])
  func aPageThatCannotBeWrittenIsSaid(history: String, status: Int32) throws {
    let folder = try TemporaryFolder()
    let page = folder.url.appendingPathComponent("none/page.html").path
    let run = try ProgramRun(["check", "--html", page, folder.file("history.jsonl", history).path])
    #expect(run.status == status)
    #expect(run.errors.hasPrefix("kvchaos: cannot write the page \(page): "))
    #expect(run.output.contains("linearizability"))
  }

  /// Standard input that gives nothing and does not end: the time limit is kept, and what is not known is unknown.
  @Test(arguments: ["", held])
  func aSilentInputEndsByTheTimeLimit(history: String) throws {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(history.utf8))
    let run = try ProgramRun(["check", "--timeout", "300ms", "-"], pipe: pipe)
    #expect(run.status == 2)
    #expect(run.output.contains("the time limit was reached while the history was read"))
    try pipe.fileHandleForWriting.close()
  }
}
