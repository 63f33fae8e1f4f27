/// A CockroachDB node as a member of its cluster. One that comes back with an empty disk is another member: its old id
/// stays in the cluster as a dead node with a replica of every range, until it is decommissioned. Until then one more
/// loss takes the quorum.
enum CockroachMember {
  /// Where the node keeps its data, and its id with them.
  static let folder = "/cockroach/cockroach-data"

  /// Prints the node's own id. The tool takes host and user from the container's environment.
  static let id = "timeout 10 /cockroach/cockroach sql --format=tsv --execute 'SHOW node_id' | tail -n 1"

  static func isID(_ text: some StringProtocol) -> Bool { !text.isEmpty && text.allSatisfy(\.isWholeNumber) }

  /// Retires an id in favour of the node that it runs in. Ends with 0 when no range counts on the id any more; what is
  /// missing is said in the last line. To be run again until then: each run only looks at how far the cluster is.
  ///
  /// A node that still has the id is left alone: its data were never deleted.
  static func retire(_ id: String) -> String {
    """
    cockroach() { timeout 15 /cockroach/cockroach "$@" --format=tsv 2>&1; }
    now=$(\(Self.id) 2>&1)
    [[ $now =~ ^[0-9]+$ ]] || { echo "it is not a member yet: $now"; exit 1; }
    [ "$now" != \(id) ] || exit 0
    said=$(cockroach node decommission \(id) --wait=none)
    tab=$'\\t' line=$'\\n'
    if [[ $line$said =~ ${line}\(id)$tab(true|false)$tab([0-9]+)$tab ]]; then
      [ "${BASH_REMATCH[2]}" != 0 ] || exit 0
      echo "its old id \(id) is still a replica of ${BASH_REMATCH[2]} ranges"; exit 1
    fi
    [[ $(cockroach node status \(id) --decommission) != *decommissioned* ]] || exit 0
    echo "its old id \(id) cannot be decommissioned: ${said##*$line}"; exit 1
    """
  }
}

extension FaultEnvironment {
  private static let retireLimit = Duration.seconds(40)

  /// Waits until no range counts on the id that a CockroachDB node had before it lost its data.
  ///
  /// - Parameter looks: how many, a second apart.
  /// - Throws: `notHealed` with what is missing, where the patience is over or the container has ended.
  func retireMember(_ id: String, in undo: Undo, looks: Int) async throws {
    let inside = try inside(for: undo.kind)
    var missing = ""
    for look in 0..<max(1, looks) {
      if look > 0 { try await clock.sleep(for: .seconds(1)) }
      do {
        let result = try await inside.run(
          ["bash", "-c", CockroachMember.retire(id)], in: undo.target.container, timeout: Self.retireLimit)
        if result.exitCode == 0 { return }
        missing = result.lastWords
      } catch {
        missing = "\(error)"
        if try await runtime.state(of: undo.target.container).status == .exited { break }
      }
    }
    throw FaultError(code: .notHealed, message: "\(undo.target.node) has not replaced its old id: \(missing)")
  }
}
