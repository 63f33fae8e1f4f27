import ArgumentParser
import Report

/// `kvchaos report`
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write the report files of a run again, from its report.json and timeline.json.",
    discussion: "Prints the verdict. Exit status: 0 written (whatever the verdict), 65 the folder has no report.")

  @Argument(help: ArgumentHelp("The folder of a run, like results/<plan>/latest.", valueName: "folder"))
  var folder: String

  @Flag(help: "Print the report as JSON.")
  var json = false

  func run() async throws {
    let files = try ReportFiles(folder: folder)
    try files.write(to: folder)
    print(json ? try ReportFiles.json(of: files.report) : TextReport(files.report, folder: folder).text)
  }
}
