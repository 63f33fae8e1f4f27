import Foundation
import Synchronization
import TestSupport
import Testing

/// The script beside Patroni that has a leader with a full disk hand its lease over, as it is in the image but for
/// where the disk and Patroni are.
struct PatroniDiskWatchTests {
  private static let file = Repository.file("compose/images/patroni/patroni-disk-watch")

  private final class Asked: Sendable {
    let requests = Mutex<[String]>([])
  }

  /// - Parameters:
  ///   - disk: whether it takes a page, at each look and in the place of each pause: 1, or 0. Then the watch is over.
  /// - Returns: what Patroni was asked, and for how long it was slept.
  private func watch(
    disk: String, leads: Bool = true, hasStandby: Bool = true
  ) async throws -> (requests: [String], slept: [String]) {
    let asked = Asked()
    let server = RawServer { connection in
      guard let request = connection.readRequest() else { return }
      asked.requests.withLock { $0.append(request) }
      switch request.prefix(while: { $0 != " " }) {
      case "OPTIONS": connection.answer("", status: leads ? "200 OK" : "503 Service Unavailable")
      case "GET":
        connection.answer(
          #"{"members": [{"name": "sql-1", "role": "leader", "state": "running"}, "#
            + #"{"name": "sql-2", "role": "sync_standby", "state": "\#(hasStandby ? "streaming" : "running")"}]}"#)
      default: connection.answer("Successfully switched over")
      }
    }
    defer { server.close() }
    let run = try await Bash.withFolder { folder in
      var script = try String(contentsOf: Self.file, encoding: .utf8)
      for (theirs, ours) in [
        ("/dev/tcp/127.0.0.1/8008", "/dev/tcp/127.0.0.1/\(server.port)"),
        ("folder=/var/lib/kvchaos ", "folder=\(folder.path)/disk "),
      ] {
        #expect(script.contains(theirs))
        script = script.replacing(theirs, with: ours)
      }
      // A folder that is not there takes no page.
      let sleep = """
        sleep() {
          echo "slept $1"
          [ -n "$disk" ] || return
          rm -rf disk
          case $disk in 1*) mkdir disk ;; esac
          disk=${disk#?}
        }

        """
      return try await Bash.run(
        sleep + script, in: folder,
        environment: ["disk": disk, "KV_NODE_NAME": "sql-1", "KV_SQL_SUPERUSER_PASSWORD": "p\"w"])
    }
    let slept = run.output.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("slept ") }.map {
      String($0.dropFirst("slept ".count))
    }
    return (asked.requests.withLock { $0 }, slept)
  }

  private func lines(_ requests: [String]) -> [String] {
    requests.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
  }

  private static let question = ["OPTIONS /primary", "GET /cluster"]

  @Test func aLeaderWhoseDiskIsFullHandsOverOnce() async throws {
    // Three looks, the pause, and two looks of which no three make a full disk.
    let (requests, slept) = try await watch(disk: "000000")
    #expect(lines(requests) == Self.question + ["POST /switchover"])
    #expect(slept == ["1", "1", "1", "30", "1", "1", "1"])
    let order = try #require(requests.last)
    let body = #"{"leader": "sql-1"}"#
    #expect(order.hasSuffix("\r\n\r\n\(body)"))
    #expect(order.contains("Content-Length: \(body.utf8.count)\r\n"))
    #expect(order.contains("Authorization: Basic \(Data("patroni:p\"w".utf8).base64EncodedString())\r\n"))
  }

  @Test(arguments: ["1111", "001001", "00"]) func aDiskThatTakesPagesIsNotFull(_ disk: String) async throws {
    #expect(try await watch(disk: disk).requests.isEmpty)
  }

  @Test func whoDoesNotLeadHandsNothingOver() async throws {
    let requests = try await watch(disk: "00000", leads: false).requests
    #expect(lines(requests) == Array(repeating: "OPTIONS /primary", count: 3))
  }

  @Test func whereNobodyCouldTakeOverTheLeaseStays() async throws {
    let requests = try await watch(disk: "0000", hasStandby: false).requests
    #expect(lines(requests) == Self.question + Self.question)
  }
}
