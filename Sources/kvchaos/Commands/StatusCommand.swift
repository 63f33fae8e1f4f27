import ArgumentParser
import Stack

/// `kvchaos status`
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show every container with its current role.",
    discussion: """
      Which Redis is master of which slots, which RabbitMQ leads the queues, which worker consumes them, which SQL \
      node leads. A node that does not answer within a few seconds is "unknown". Below them the dead letters: messages \
      that no worker could read, how many and why.

      Exit status: 0; 69 Docker is not available, or the stack is not up.
      """)

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let stack = Stack(try StackConfiguration.current())
    async let deadLetters = stack.deadLetters()
    var status = try await stack.status(asksStarting: true)
    status.deadLetters = await deadLetters
    guard status.isUp else {
      throw StackError(code: .unavailable, message: "the stack is not up; run `kvchaos up`")
    }
    print(json ? try status.json() : status.table)
  }
}
