import ArgumentParser
import Foundation
import Stack

/// `kvchaos down`
struct DownCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "down",
    abstract: "Remove the stack's containers, networks and volumes.",
    discussion: """
      Images and results stay. Nothing there to remove is no error.

      Exit status: 0 removed; 69 Docker is not there.
      """)

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let stack = Stack(try StackConfiguration.current())
    try await stack.down()
    // With the containers gone nothing of a fault is left: this closes what was owed.
    var recovery = Recovery()
    recovery.report = try await stack.healLeftovers()
    try HealCommand.report(recovery, quietWhenNothing: true)
    print(json ? #"{"removed":true}"# : "the stack is down; its images stay")
  }
}
