import ArgumentParser
import Escaping
import Foundation

/// Runs the command and turns what it throws into one sentence on standard error and an exit status.
@main
enum Main {
  static func main() async {
    do {
      var command = try KVChaos.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let code as ExitCode {
      // A verdict, said already: argument-parser would look for a message first.
      exit(code.rawValue)
    } catch {
      guard let status = ExitStatus.status(for: error) else { KVChaos.exit(withError: error) }
      FileHandle.standardError.write(Data("kvchaos: \(Escaping.plain("\(error)", keepingNewlines: true))\n".utf8))
      exit(status)
    }
  }
}
