import Foundation
import TestSupport
import Testing

@testable import Faults

/// The move of slots as bash runs it, among nodes that are folders: `NODE/SLOT/KEY`, the key in hexadecimal digits.
struct SlotScriptTests {
  /// A `redis-cli` that knows the commands of the move. What is told to nodes of their slots is kept in `told`; a file
  /// `broken` makes every move of keys fail.
  private static let client = #"""
    redis-cli() {
      local host=$2 line; shift 2
      while [[ ${1-} == -[dD] ]]; do shift 2; done
      if (($#)); then node "$@"; else while read -r line; do node $line; done; fi
    }
    node() {
      case "$1 $2" in
        "cluster nodes") cat view ;;
        "cluster countkeysinslot") ls "$host/$3" | wc -l ;;
        # One delimiter between keys, another one behind them. The key DEAD ends as soon as it has been seen.
        "cluster getkeysinslot")
          printf "$(ls "$host/$3" | head -n "$4" | sed 's/../\\x&/g; $!s/$/\\xff/' | tr -d '\n')\xff"
          rm -f "$host/$3/dead" ;;
        "cluster setslot") echo "$host $3 $4${5:+ $5}" >>told; echo OK ;;
        migrate*) migrate "$@" ;;
      esac
    }
    # migrate TO 6379 "" 0 5000 replace auth "PASSWORD" keys "KEY"...
    migrate() {
      local to=$2 password=$9 key file moved=NOKEY; shift 10
      [[ $password == '"\x70\x20\x22"' ]] || { echo "ERR no such password"; return; }
      [[ ! -e broken ]] || { echo "IOERR error or timeout"; return; }
      for key; do
        key=${key//[\"\\x]/}
        for file in "$host"/*/"$key"; do
          if [[ -e $file ]]; then mv "$file" "$to/$(basename "$(dirname "$file")")/"; moved=OK; fi
        done
      done
      echo "$moved"
    }

    """#

  private static let view = """
    1a 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-99 [5->-2b]
    2b 10.0.0.2:6379@16379 master - 0 0 2 connected 100-199
    3c 10.0.0.3:6379@16379 slave 1a 0 0 1 connected
    4d 10.0.0.4:6379@16379 master,fail - 0 0 1 connected 300
    5e 10.0.0.5:6379@16379 master - 0 0 3 connected 200-299

    """

  private func run(_ order: String, in folder: URL) async throws -> Bash {
    try await Bash.run(
      Self.client + SlotScript.text + order, in: folder, environment: ["KV_REDIS_PASSWORD": "p \""])
  }

  /// A cluster with keys in the slots 5, 6 and 7 of the first node.
  private func withCluster(_ body: (URL) async throws -> Void) async throws {
    try await Bash.withFolder { folder in
      try Data(Self.view.utf8).write(to: folder.appending(path: "view"))
      for slot in 5...7 {
        for node in ["10.0.0.1", "10.0.0.2"] {
          try FileManager.default.createDirectory(
            at: folder.appending(path: "\(node)/\(slot)"), withIntermediateDirectories: true)
        }
      }
      // Bytes that shells and clients take for something else; more keys than are moved at once; one that ends
      // meanwhile.
      for key in ["5/dead", "6/00", "6/0a", "6/6b22", "6/6b206b27"] + (100..<320).map({ "7/313\($0)" }) {
        try Data().write(to: folder.appending(path: "10.0.0.1/\(key)"))
      }
      try await body(folder)
    }
  }

  private func keys(of node: String, in folder: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: node).path)
      .filter { $0.contains("/") }.sorted()
  }

  private func told(in folder: URL) throws -> [String] {
    try String(contentsOf: folder.appending(path: "told"), encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// `3c` follows the node that had the slots: it is its master, now, that gives them.
  @Test(arguments: ["1a", "3c"]) func everyKeyMovesAndEveryMasterIsTold(from: String) async throws {
    try await withCluster { folder in
      let all = try keys(of: "10.0.0.1", in: folder).filter { $0 != "5/dead" }
      let move = try await run("slots='5-5 6-7'; move \(from) 2b", in: folder)
      #expect(move.status == 0 && move.output.isEmpty, "\(move.output)")
      #expect(try keys(of: "10.0.0.1", in: folder).isEmpty)
      #expect(try keys(of: "10.0.0.2", in: folder) == all)
      // The new owner first: if it were told last, the slot would have no owner meanwhile.
      let steps = [
        ("10.0.0.2", "stable"), ("10.0.0.2", "importing 1a"), ("10.0.0.1", "migrating 2b"), ("10.0.0.2", "node 2b"),
        ("10.0.0.1", "node 2b"), ("10.0.0.1", "node 2b"), ("10.0.0.2", "node 2b"), ("10.0.0.5", "node 2b"),
        ("10.0.0.2", "stable"), ("10.0.0.1", "stable"),
      ]
      #expect(try told(in: folder) == steps.flatMap { step in (5...7).map { "\(step.0) \($0) \(step.1)" } })
    }
  }

  @Test func aMoveThatFailsGivesTheSlotsToNobody() async throws {
    try await withCluster { folder in
      try Data().write(to: folder.appending(path: "broken"))
      #expect(try await run("slots='5-7'; move 1a 2b", in: folder).status != 0)
      #expect(try told(in: folder).allSatisfy { !$0.contains("node") })
    }
  }

  /// By the view of each of the three masters that have not failed: how many of the slots, and how many moves.
  @Test(arguments: [
    ("5-5 98-101", "1a", "3 1"), ("98-101", "2b", "2 1"), ("0-299", "5e", "100 1"), ("7-9", "2b", "0 1"),
  ])
  func whoHasTheSlotsIsCounted(slots: String, owner: String, count: String) async throws {
    try await withCluster { folder in
      let owned = try await run("slots='\(slots)'; owned \(owner)", in: folder)
      #expect(owned.output == String(repeating: "\(count)\n", count: 3))
    }
  }
}
