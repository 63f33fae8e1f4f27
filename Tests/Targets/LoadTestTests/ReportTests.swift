import Failures
import Foundation
import Testing

@testable import LoadTest

/// Golden tests: the texts are in `Golden/`; `KVCHAOS_WRITE_GOLDEN=1` rewrites them.
@Suite struct ReportTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  private func expectGolden(_ text: String, _ name: String) throws {
    let url = Self.folder.appending(path: name)
    if ProcessInfo.processInfo.environment["KVCHAOS_WRITE_GOLDEN"] != nil {
      try text.write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: url, encoding: .utf8)))
  }

  @Test(arguments: ExampleLoad.allCases) func everyFile(_ example: ExampleLoad) throws {
    let files = LoadFiles(try example.result())
    let contents = try files.contents()
    #expect(contents.keys.sorted() == example.files)
    for (name, text) in contents where name != "report.html" { try expectGolden(text, "\(example).\(name)") }
    let json = try #require(contents["report.json"])
    #expect(try JSONDecoder().decode(LoadReport.self, from: Data(json.utf8)) == example.result().report)
  }

  /// The page asks nothing of the network, and its pictures are XML.
  @Test(arguments: ExampleLoad.allCases) func page(_ example: ExampleLoad) throws {
    let text = LoadDocument(try example.result().report).page
    #expect(!text.contains("<script") && !text.contains("https://") && !text.contains("src="))
    let pictures = text.components(separatedBy: "<svg").dropFirst()
    #expect(pictures.count == 2)
    for picture in pictures {
      let svg = "<svg" + (picture.components(separatedBy: "</svg>").first ?? "") + "</svg>"
      #expect(XMLDocumentCheck.isWellFormed(svg), "\(svg)")
      #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
  }

  /// Ended before the first request: nothing is made up.
  @Test func nothingMeasured() throws {
    var report = try ExampleLoad.interrupted.result().report
    (report.rows, report.timeline, report.persistence) = ([], [], nil)
    #expect(LoadDocument(report).markdown.contains("No request was measured."))
    #expect(!LoadDocument(report).markdown.contains("0.00 ms"))
    let page = LoadDocument(report).page
    #expect(!page.contains("nan") && !page.contains("inf") && page.contains("INTERRUPTED"))
  }

  @Test func filesAreWritten() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kvchaos-\(UUID().uuidString)/new").path()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try LoadFiles(try ExampleLoad.held.result()).write(to: folder)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ExampleLoad.held.files)
    #expect(throws: CommandError.self) { try LoadFiles(try ExampleLoad.held.result()).write(to: "/proc/nowhere") }
  }
}

/// Whether a text is well-formed XML, by Foundation's parser of XML where there is one, and here by its tags.
enum XMLDocumentCheck {
  static func isWellFormed(_ text: String) -> Bool {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else { return false }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      guard !tag.contains("<"), tag.count(where: { $0 == "\"" }).isMultiple(of: 2) else { return false }
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else { return false }
      } else if !tag.hasSuffix("/") {
        open.append(tag.prefix { $0 != " " && $0 != "\n" })
      }
    }
    return open.isEmpty
  }
}
