import ArgumentParser
import PacketFaults

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find out whether the kernel can delay packets. Run it only in a network namespace of its own.")

  func run() throws {
    do throws(PacketFaultError) {
      try PacketDelay.check()
    } catch {
      throw KVNetfault.refuse(error)
    }
  }
}
