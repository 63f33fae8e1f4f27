import ArgumentParser
import Glibc
import PacketFaults

struct Ping: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Measure the path to addresses by echo requests.")

  @Option var count = 5
  @Option(name: .customLong("interval-us")) var intervalMicroseconds: UInt64 = 20_000
  @Option(help: "Bytes of payload.") var size = 56
  @Option(name: .customLong("timeout-ms"), help: "Time to wait for answers after the last request.")
  var timeoutMilliseconds: UInt64 = 500
  @Argument var addresses: [String]

  func validate() throws {
    guard (1...2_000).contains(count), count * addresses.count <= 60_000 else {
      throw ValidationError("the count must be from 1 to 2000")
    }
    guard (8...1_400).contains(size) else { throw ValidationError("the size must be from 8 to 1400") }
  }

  func run() throws {
    do throws(PacketFaultError) {
      let probe = EchoProbe(
        count: count, intervalMicroseconds: intervalMicroseconds, sizeBytes: size,
        timeoutMicroseconds: timeoutMilliseconds * 1_000)
      for result in try probe.run(addresses) { print(result) }
    } catch {
      throw KVNetfault.refuse(error)
    }
  }
}

struct Connect: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Measure whether TCP connections succeed or are reset.")

  @Option var count = 1
  @Option(name: .customLong("timeout-ms")) var timeoutMilliseconds: Int32 = 300
  @Argument var address: String
  @Argument var port: UInt16

  func run() throws {
    do throws(PacketFaultError) {
      print(try ConnectProbe(count: count, timeoutMilliseconds: timeoutMilliseconds).run(address, port: port))
    } catch {
      throw KVNetfault.refuse(error)
    }
  }
}

struct Resolve: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Measure whether the container's name server answers.")

  @Option var count = 1
  @Option(name: .customLong("timeout-ms")) var timeoutMilliseconds: UInt64 = 700
  @Argument var name: String

  func run() throws {
    guard let server = NameProbe.server(in: Self.configurationText()) else {
      print("/etc/resolv.conf names no server")
      throw KVNetfault.unavailable
    }
    do throws(PacketFaultError) {
      print(try NameProbe(count: count, timeoutMicroseconds: timeoutMilliseconds * 1_000).run(name, server: server))
    } catch {
      throw KVNetfault.refuse(error)
    }
  }

  private static func configurationText() -> String {
    guard let file = fopen("/etc/resolv.conf", "r") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
