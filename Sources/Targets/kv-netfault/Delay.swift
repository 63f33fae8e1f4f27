import ArgumentParser
import Glibc
import PacketFaults

struct Delay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hold the packets of an nft chain as a slow link would, until killed. Prints `ready` when it does.")

  @Option(help: "The nft table (family inet).") var table: String
  @Option(help: "The chain of that table whose packets are held.") var chain: String
  @Option(name: .customLong("delay-us"), help: "Delay of each packet.") var delayMicroseconds: UInt64 = 0
  @Option(name: .customLong("jitter-us"), help: "The delay is drawn evenly from delay ± jitter.")
  var jitterMicroseconds: UInt64 = 0
  @Option(help: "The rate of the link.") var bitsPerSecond: UInt64?

  func validate() throws {
    guard jitterMicroseconds <= delayMicroseconds else { throw ValidationError("the jitter is more than the delay") }
    guard bitsPerSecond != 0 else { throw ValidationError("the rate must be above 0") }
    guard delayMicroseconds <= 60_000_000 else { throw ValidationError("the delay must be at most a minute") }
  }

  func run() throws {
    let settings = DelayLine<Void>.Settings(
      delayNanoseconds: delayMicroseconds * 1_000, jitterNanoseconds: jitterMicroseconds * 1_000,
      bitsPerSecond: bitsPerSecond)
    do throws(PacketFaultError) {
      try PacketDelay(settings, table: table, chain: chain).run {
        print("ready")
        fflush(nil)
      }
    } catch {
      throw KVNetfault.refuse(error)
    }
  }
}
