import ArgumentParser
import Report
import Stack

/// `kvchaos report`
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Rewrite the report files of runs from their report.json and timeline.json.",
    discussion: """
      Prints the verdicts. With --table, also makes the runs the last ones of their plans in PLANS.md and plans.json \
      of the results, where those have none that began later. Exit status: 0 written (whatever the verdict), 65 a \
      folder has no report.
      """)

  @Argument(help: ArgumentHelp("The folders of runs, like results/<plan>/latest.", valueName: "folder"))
  var folders: [String]

  @Flag(help: "Keep the runs in the table of the results.")
  var table = false

  @Flag(help: "Print the report as JSON.")
  var json = false

  func run() async throws {
    let reports = try folders.map { folder in
      let files = try ReportFiles(folder: folder)
      try files.write(to: folder)
      print(json ? try ReportFiles.json(of: files.report) : TextReport(files.report, folder: folder).text)
      return files.report
    }
    guard table else { return }
    let root = try StackConfiguration.current().resultsFolder
    var table = try PlanTable(folder: root)
    for report in reports { table.record(PlanTable.Row(report)) }
    try table.write(to: root)
  }
}
