import ArgumentParser

/// The root command. Wiring only: every subcommand is a file in `Commands/`.
struct KVChaos: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kvchaos",
    abstract: "Injects faults into a replicated key-value store under load and checks the recorded history.",
    discussion: """
      Exit status: 0 held, 1 violated, 2 unknown, 64 usage, 65 bad input data, 69 the stack or Docker is not \
      available, 70 internal fault, 130 interrupted (after healing).

      Durations are written as 500ms, 90s, 2m or 1h; a bare number is seconds.
      """,
    version: "0.1.0",
    subcommands: [
      UpCommand.self, DownCommand.self, StatusCommand.self, RunCommand.self, CheckCommand.self, HealCommand.self,
      DetectCommand.self, ShrinkCommand.self, CapCommand.self,
      ResidueCommand.self,
      LoadCommand.self, ScaleCommand.self, AutoscaleCommand.self, ReportCommand.self, PlanCommand.self,
    ])
}
