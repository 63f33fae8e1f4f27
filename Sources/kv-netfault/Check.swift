import ArgumentParser
import PacketFaults

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find out whether the kernel can delay packets. Only in a network namespace that is nobody else's.")

  func run() throws {
    do throws(PacketFaultError) {
      try PacketDelay.check()
    } catch {
      throw KVNetfault.refuse(error)
    }
  }
}
