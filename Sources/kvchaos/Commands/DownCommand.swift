import ArgumentParser
import Foundation
import Stack

/// `kvchaos down`
struct DownCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "down",
    abstract: "Remove the stack's containers, networks and volumes.",
    discussion: """
      Images and results stay. It is no error if there is nothing to remove. Refuses while another kvchaos uses the \
      stack, and refuses a stack that another checkout started.

      Exit status: 0 removed; 69 Docker is not available, or the stack is in use or belongs to another checkout.
      """)

  @Flag(help: "Remove a stack that another checkout started.")
  var foreign = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let stack = Stack(try StackConfiguration.current())
    let lock = try await stack.claim(foreign: foreign)
    try await stack.down(foreign: foreign)
    // With the containers gone nothing of a fault is left: this closes what was owed.
    var recovery = Recovery()
    recovery.report = try await stack.healLeftovers(lock: lock)
    try HealCommand.report(recovery, quietWhenNothing: true)
    print(json ? #"{"removed":true}"# : "the stack is down; its images stay")
  }
}
