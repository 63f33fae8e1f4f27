import Failures
import Foundation
import PrettyJSON

/// The files of a load test: `report.md`, `report.json`, `report.html`, and the distributions `put.hgrm` and
/// `get.hgrm`.
public struct LoadFiles: Sendable {
  private let result: LoadRun.Result

  public init(_ result: LoadRun.Result) {
    self.result = result
  }

  /// The report as `report.json` has it: sorted keys, indented, a newline at the end.
  public static func json(of report: LoadReport) throws(CommandError) -> String {
    do {
      return try PrettyJSON.text(report) + "\n"
    } catch {
      throw CommandError(.internalFault, "the report cannot be encoded: \(error)")
    }
  }

  /// Every file by its name.
  public func contents() throws(CommandError) -> [String: String] {
    let document = LoadDocument(result.report)
    var files = [
      "report.json": try Self.json(of: result.report), "report.md": document.markdown, "report.html": document.page,
    ]
    if result.recorder.puts.count > 0 { files["put.hgrm"] = LoadReport.hgrm(result.recorder.puts) }
    if result.recorder.gets.count > 0 { files["get.hgrm"] = LoadReport.hgrm(result.recorder.gets) }
    return files
  }

  /// Writes every file into a folder, which is created if it does not exist.
  public func write(to folder: String) throws(CommandError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandError(.internalFault, "the folder \(folder) cannot be made: \(error.localizedDescription)")
    }
    for (name, text) in try contents() {
      do {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      } catch {
        throw CommandError(.internalFault, "\(folder)/\(name) cannot be written: \(error.localizedDescription)")
      }
    }
  }
}
