import Foundation
import Technologies
import TestSupport
import Testing
import Yams

/// What must hold for every service in `compose/`, including new ones.
@Suite(.timeLimit(.minutes(10))) struct ComposeFilesTests {
  private static let root = Repository.root
  private static let files = ["compose.yml", "sql-patroni.yml", "sql-cockroach.yml"]

  /// The services of a file, its anchors merged as Compose merges them.
  private static func services(_ file: String) throws -> [String: [String: Any]] {
    let text = try String(contentsOf: root.appending(path: "compose/\(file)"), encoding: .utf8)
    let document = try #require(try Yams.load(yaml: text) as? [String: Any])
    return try #require(document["services"] as? [String: [String: Any]])
  }

  /// Whether a port is published on this machine alone; the long form says nothing of it by default.
  private static func isLocal(_ port: Any) -> Bool {
    if let text = port as? String { return text.hasPrefix("127.0.0.1:") }
    return (port as? [String: Any])?["host_ip"] as? String == "127.0.0.1"
  }

  @Test(arguments: files) func portsArePublishedOnThisMachineAlone(_ file: String) throws {
    let services = try Self.services(file)
    #expect(!services.isEmpty)
    for (name, service) in services {
      for port in service["ports"] as? [Any] ?? [] { #expect(Self.isLocal(port), "\(file): \(name): \(port)") }
      #expect(service["network_mode"] as? String != "host", "\(file): \(name)")
    }
  }

  /// A container of a tier that the target does not declare would be no node: nothing would watch it.
  @Test(arguments: files) func everyTierIsDeclared(_ file: String) throws {
    let declared = Set(StoreTarget.target.tiers.map(\.tier.rawValue))
    var seen: Set<String> = []
    for (name, service) in try Self.services(file) {
      guard let tier = (service["labels"] as? [String: Any])?[Target.tierLabel] as? String else { continue }
      // What runs once, and ends.
      #expect(tier == "init" || declared.contains(tier), "\(file): \(name): \(tier)")
      seen.insert(tier)
    }
    #expect(seen.count > 1)
  }

  /// Some are published: else the test above would see nothing.
  @Test func theStoreIsPublished() throws {
    #expect(try Self.services("compose.yml")["nginx"]?["ports"] as? [String] != nil)
  }

  @Test(arguments: [
    ("127.0.0.1:1:2", true), ("1:2", false), ("0.0.0.0:1:2", false), ("[::]:1:2", false), ("1", false),
  ])
  func whatIsLocal(_ port: String, _ isLocal: Bool) { #expect(Self.isLocal(port) == isLocal) }

  // MARK: Memory

  @Test(arguments: files) func everyContainerHasALimitOfMemory(_ file: String) throws {
    // What has no image adds to a service of another file.
    for (name, service) in try Self.services(file) where service["image"] != nil {
      let limit = (service["mem_limit"] as? String).flatMap(Self.bytes)
      #expect(limit.map { $0 >= 64 << 20 && $0 <= 4 << 30 } == true, "\(file): \(name): \(String(describing: limit))")
    }
  }

  private static func bytes(_ text: String) -> Int? {
    let units = ["m": 20, "g": 30]
    return text.last.flatMap { units[String($0)] }.flatMap { unit in Int(text.dropLast()).map { $0 << unit } }
  }

  // MARK: The store's names

  /// What NGINX's start script writes of these names.
  private static func names(_ more: String) async throws -> (status: Int32, output: String, file: String?) {
    try await Bash.withFolder { folder in
      let file = folder.appending(path: "names.conf")
      let result = try await Bash.run(
        "bash \(root.path())/compose/images/nginx/nginx-node --names", in: folder,
        environment: ["KV_HOST_NAMES": more, "KV_NAMES_FILE": file.path()])
      return (result.status, result.output, try? String(contentsOf: file, encoding: .utf8))
    }
  }

  @Test(arguments: [
    ("", ""), ("kv.example.org", " kv.example.org"), ("a, b,c  d", " a b c d"), ("[fe80::1]", " [fe80::1]"),
  ])
  func theStoreAnswersUnderItsNames(_ more: String, _ shown: String) async throws {
    let written = try await Self.names(more)
    #expect(written.status == 0, "\(written.output)")
    let words = written.file?.split { " ;\n".contains($0) }
    #expect(words == "server_name localhost 127.0.0.1 [::1] nginx\(shown)".split(separator: " "))
  }

  /// NGINX reads a pattern in `*`, `~` and a leading dot, and the end of the list in a semicolon.
  @Test(arguments: ["*", "*.example.org", ".example.org", "~.", "a;", "a}", "$host", "a\"b", "_."])
  func aNameThatIsNoneIsRefused(_ name: String) async throws {
    let refused = try await Self.names("good.example.org \(name)")
    #expect(refused.status == 64 && refused.file == nil)
    #expect(refused.output.contains("invalid name in KV_HOST_NAMES: \(name);"), "\(refused.output)")
  }
}
