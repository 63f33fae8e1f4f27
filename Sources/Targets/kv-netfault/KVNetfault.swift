import ArgumentParser
import Glibc
import PacketFaults

/// `kv-netfault`: what a network fault runs in the side container besides `nft`.
@main
struct KVNetfault: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kv-netfault",
    abstract: "Delays and measures packets in the network namespace that it runs in.",
    discussion: "Exit status: 0 done; 64 usage; 69 the kernel does not support it.",
    subcommands: [Delay.self, Check.self, Ping.self, Connect.self, Resolve.self])

  static let unavailable = ExitCode(69)

  /// Says what the kernel does not do, for a reader of the container's output.
  static func refuse(_ error: PacketFaultError) -> ExitCode {
    print(error)
    return unavailable
  }
}
