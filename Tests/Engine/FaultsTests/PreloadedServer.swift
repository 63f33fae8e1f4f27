import Faults
import Foundation
import Synchronization

/// A server with the library preloaded, in memory: it obeys orders, and says what its clock and its disk come to.
final class PreloadedServer: Sendable {
  struct World {
    var offset = 0
    var rate = 0.0
    var disk = 0
    /// Orders are taken without a word, and nothing changes.
    var isDeaf = false
    var isSilent = false
    /// What a new process comes to, where it is not what the server does.
    var reading = 0
    var limit = 500
  }

  private let world: Mutex<World>

  init(_ world: World = World()) { self.world = Mutex(world) }

  func change(_ change: (inout World) -> Void) { world.withLock { change(&$0) } }
  var offset: Int { world.withLock { $0.offset } }
  var disk: Int { world.withLock { $0.disk } }
  var limit: Int { world.withLock { $0.limit } }

  func answer(_ script: String) -> CommandResult {
    world.withLock { world in
      func says(_ text: String) -> CommandResult { CommandResult(exitCode: 0, output: text + "\n") }
      if let order = script.firstMatch(of: /words\[0\]=(-?\d+) words\[1\]=(-?\d+)/) {
        if !world.isDeaf { (world.offset, world.rate) = (Int(order.1)!, Double(order.2)! / 1e9) }
        return says("")
      }
      if let order = script.firstMatch(of: /words\[3\]=(\d)/) {
        if !world.isDeaf { world.disk = Int(order.1)! }
        return says("")
      }
      if script.contains("words[@]:0:4") { return says("\(world.offset) \(Int(world.rate * 1e9)) 0 \(world.disk)") }
      if script.contains("machine()") {
        guard !world.isSilent else { return says("1000000  1000002") }
        // Each reading is 10 s after the one before.
        world.reading += 1
        let now = 1_000_000 + world.offset / 1_000_000 + Int(world.rate * Double(world.reading) * 10_000)
        return says("1000000 \(now) 1000002")
      }
      if script.contains("get_disk_free_limit") { return says(script.contains("none") ? "none" : "\(world.limit)") }
      // A write, by the server or by a process like it.
      if world.isSilent, !script.contains("dd if=") {
        return CommandResult(exitCode: 2, output: "connection refused\n")
      }
      switch world.disk {
      case 1: return CommandResult(exitCode: 1, output: "", error: "could not write: No space left on device\n")
      case 2: return CommandResult(exitCode: 1, output: "{error,erofs}\n")
      default: return says("written")
      }
    }
  }
}
