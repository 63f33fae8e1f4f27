import Foundation
import TestSupport
import Testing

/// `scripts/secrets` as it is, on a tree of its own.
@Suite(.timeLimit(.minutes(10)))
struct SecretsScriptTests {
  private static let root = Repository.root

  /// Runs the script after `before`, by a user who is not root (root may read everything), and prints the file after
  /// it.
  private static func run(
    _ before: String, asUser: Bool = false, environment: [String: String] = [:]
  ) async throws -> (status: Int32, output: String, file: String?) {
    try await Bash.withFolder { folder in
      let script = """
        set -e
        mkdir -p scripts/lib compose
        cp \(root.path())/scripts/secrets scripts/
        cp \(root.path())/scripts/lib/common.sh scripts/lib/
        chmod 0755 . scripts scripts/lib
        cd compose
        \(before)
        cd ..
        \(asUser ? "chmod 0777 compose; chown 65534 compose 2>/dev/null || true" : "")
        run=(scripts/secrets)
        if \(asUser) && [ "$(id -u)" = 0 ]; then
          run=(setpriv --reuid 65534 --regid 65534 --clear-groups scripts/secrets)
        fi
        "${run[@]}"
        """
      let result = try await Bash.run(script, in: folder, environment: environment)
      let file = try? String(contentsOf: folder.appending(path: "compose/secrets.env"), encoding: .utf8)
      return (result.status, result.output, file)
    }
  }

  @Test func aNewFileHasEveryNameAndIsItsOwnersAlone() async throws {
    let made = try await Self.run("")
    #expect(made.status == 0, "\(made.output)")
    let lines = try #require(made.file).split(separator: "\n")
    #expect(lines.count == 17 && lines.allSatisfy { $0.split(separator: "=").count == 2 })
    #expect(lines.contains("KV_SQL_USER=kv"))
  }

  @Test func whatIsThereStays() async throws {
    let before =
      "printf '# mine\\nKV_API_TOKEN=mine\\nKV_SQL_PASSWORD=old\\nKV_REDIS_PASSWORD=\\nOTHER=a=b' > secrets.env"
    let completed = try await Self.run(before)
    #expect(completed.status == 0, "\(completed.output)")
    let lines = try #require(completed.file).split(separator: "\n")
    for line in ["# mine", "KV_API_TOKEN=mine", "KV_SQL_PASSWORD=old", "OTHER=a=b"] {
      #expect(lines.contains(Substring(line)), "\(line)")
    }
    #expect(lines.filter { $0.hasPrefix("KV_REDIS_PASSWORD=") }.map(\.count) == [50])
    #expect(lines.count == 17 + 3)
  }

  /// Replaced, it would open the store (its token is gone) and cost the data (its passwords are).
  @Test(arguments: [
    "printf 'KV_API_TOKEN=mine\\n' > secrets.env; chmod 000 secrets.env", "mkdir secrets.env",
    "ln -s nowhere secrets.env",
    "printf 'KV_API_TOKEN=mine\\n<<<<<<< HEAD\\n' > secrets.env; chmod 644 secrets.env",
  ])
  func whatCannotBeReadIsNotReplaced(_ before: String) async throws {
    let refused = try await Self.run(before, asUser: true)
    #expect(refused.status == 69, "\(refused.output)")
    #expect(refused.output.contains("secrets.env"))
    #expect(refused.file.map { $0.hasPrefix("KV_API_TOKEN=mine\n") } != false)
  }

  @Test func afterSudoTheFileIsTheInvokingUsers() async throws {
    guard getuid() == 0 else { return }
    for before in ["", "printf 'KV_API_TOKEN=mine\\n' > secrets.env"] {
      let after = try await Bash.withFolder { folder in
        let script = """
          set -e
          mkdir -p scripts/lib compose
          cp \(Self.root.path())/scripts/secrets scripts/
          cp \(Self.root.path())/scripts/lib/common.sh scripts/lib/
          cd compose; \(before.isEmpty ? "true" : before); cd ..
          scripts/secrets
          stat -c %u:%g:%a compose/secrets.env
          chown 0:0 compose/secrets.env
          scripts/secrets
          stat -c %u:%g:%a compose/secrets.env
          """
        return try await Bash.run(script, in: folder, environment: ["SUDO_UID": "65534", "SUDO_GID": "65533"])
      }
      #expect(after.status == 0, "\(after.output)")
      #expect(after.output.split(separator: "\n").filter { $0 == "65534:65533:600" }.count == 2, "\(after.output)")
    }
  }
}
