import Failures
import Foundation
import Presentation
import PrettyJSON

/// The files of a results folder that are generated from a report and its timeline.
public struct ReportFiles: Sendable {
  public var report: RunReport
  public var timeline: Timeline

  public init(report: RunReport, timeline: Timeline) {
    self.report = report
    self.timeline = timeline
  }

  /// Reads `report.json` and `timeline.json` of a results folder.
  ///
  /// - Throws: `ReportError`.
  public init(folder: String) throws(ReportError) {
    self.init(
      report: try Self.decode(RunReport.self, "\(folder)/report.json"),
      timeline: try Self.decode(Timeline.self, "\(folder)/timeline.json"))
    guard report.schema == RunReport.currentSchema else {
      throw ReportError(
        "\(folder)/report.json has the schema \(report.schema); this build reads \(RunReport.currentSchema)")
    }
  }

  /// Every file by its name, ready to be written.
  ///
  /// - Throws: `ReportError` if the report cannot be encoded.
  public func contents() throws(ReportError) -> [String: String] {
    let document = RunDocument(report, timeline).document
    return [
      "report.json": try Self.json(report),
      "timeline.json": try Self.json(timeline),
      "report.md": MarkdownRenderer().text(document),
      "report.html": HTMLRenderer().page(document),
      "junit.xml": JUnitReport(report).text,
    ]
  }

  /// Writes every file into a folder that exists.
  public func write(to folder: String) throws(ReportError) {
    for (name, text) in try contents() {
      do {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      } catch {
        throw ReportError("\(folder)/\(name) cannot be written: \(error.localizedDescription)")
      }
    }
  }

  /// The report as `report.json` has it.
  public static func json(of report: RunReport) throws(ReportError) -> String { try json(report) }

  /// JSON as every file of this module has it: sorted keys, indented, a newline at the end.
  static func json(_ value: some Encodable) throws(ReportError) -> String {
    do {
      return try PrettyJSON.text(value) + "\n"
    } catch {
      throw ReportError("the report cannot be encoded: \(error)")
    }
  }

  static func decode<Content: Decodable>(_ type: Content.Type, _ path: String) throws(ReportError) -> Content {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ReportError(
        "\(path) does not exist or cannot be read; expected the folder of a run, like results/<plan>/latest")
    }
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw ReportError("\(path) has an unexpected format: \(error)")
    }
  }
}

/// Why a report cannot be read or written, in a sentence.
public struct ReportError: CategorisedError, Sendable, Hashable {
  public let description: String

  public var category: FailureCategory { .badInput }

  public init(_ description: String) {
    self.description = description
  }
}
