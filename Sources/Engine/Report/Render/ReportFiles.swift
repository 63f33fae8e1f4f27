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
  /// - Throws: `CommandError`.
  public init(folder: String) throws(CommandError) {
    self.init(
      report: try Self.decode(RunReport.self, "\(folder)/report.json"),
      timeline: try Self.decode(Timeline.self, "\(folder)/timeline.json"))
    guard report.schema == RunReport.currentSchema else {
      throw CommandError(
        .badInput, "\(folder)/report.json has the schema \(report.schema); this build reads \(RunReport.currentSchema)")
    }
  }

  /// Every file by its name, ready to be written.
  ///
  /// - Throws: `CommandError` if the report cannot be encoded.
  public func contents() throws(CommandError) -> [String: String] {
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
  public func write(to folder: String) throws(CommandError) {
    for (name, text) in try contents() {
      do {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      } catch {
        throw CommandError(.badInput, "\(folder)/\(name) cannot be written: \(error.localizedDescription)")
      }
    }
  }

  /// The report as `report.json` has it.
  public static func json(of report: RunReport) throws(CommandError) -> String { try json(report) }

  /// JSON as every file of this module has it: sorted keys, indented, a newline at the end.
  static func json(_ value: some Encodable) throws(CommandError) -> String {
    do {
      return try PrettyJSON.text(value) + "\n"
    } catch {
      throw CommandError(.badInput, "the report cannot be encoded: \(error)")
    }
  }

  static func decode<Content: Decodable>(_ type: Content.Type, _ path: String) throws(CommandError) -> Content {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandError(
        .badInput, "\(path) does not exist or cannot be read; expected the folder of a run, like results/<plan>/latest")
    }
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw CommandError(.badInput, "\(path) has an unexpected format: \(error)")
    }
  }
}
