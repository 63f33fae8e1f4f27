import ChaosPlan

/// What one Sentinel knows of a master and its replicas: `SENTINEL MASTER` and `SENTINEL REPLICAS`
/// (redis.io/docs/latest/operate/oss_and_stack/management/sentinel).
struct SentinelView: Sendable, Hashable {
  /// The fields of one node, by their names.
  typealias Fields = [String: String]

  /// Asks the Sentinel of a container. The name of the master is its argument.
  static let script = """
    redis-cli -p 26379 sentinel master "$0" && redis-cli -p 26379 sentinel replicas "$0"
    """

  var master: Fields
  var replicas: [Fields]
  /// Every failover makes a higher one.
  var epoch: Int

  /// - Parameter text: what `script` printed: a name on a line and its value on the next; a node begins with `name`.
  ///   `nil` where it is not that.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.filter { $0 != "\r" } }
    var nodes: [Fields] = []
    for index in stride(from: 0, to: lines.count - 1, by: 2) {
      let (name, value) = (String(lines[index]), String(lines[index + 1]))
      if name == "name" { nodes.append([:]) }
      guard !nodes.isEmpty else { return nil }
      nodes[nodes.count - 1][name] = value
    }
    guard let master = nodes.first, let epoch = master["config-epoch"].flatMap({ Int($0) }),
      nodes.allSatisfy({ $0["ip"] != nil && $0["flags"] != nil })
    else { return nil }
    self.master = master
    self.replicas = Array(nodes.dropFirst())
    self.epoch = epoch
  }

  /// The roles that the Sentinels with the latest failover know of, and the Sentinels themselves.
  ///
  /// - Parameters:
  ///   - views: by the Sentinels' names.
  ///   - names: node name by address; any other host counts as the name.
  static func roles(_ views: [String: SentinelView], names: [String: String]) -> NodeRoles {
    // Of several, the first by name, so that the same cluster always has the same roles.
    guard let newest = views.sorted(by: { $0.key < $1.key }).max(by: { $0.value.epoch < $1.value.epoch })?.value else {
      return [:]
    }
    var roles: NodeRoles = [:]
    func name(_ host: String) -> String { names[host] ?? host }
    let master = name(newest.master["ip"] ?? "")
    for replica in newest.replicas {
      roles[name(replica["ip"] ?? "")] = NodeRole(
        roles: [.replica], detail: "replica of \(master)", follows: master, lack: lack(of: replica))
    }
    roles[master] = NodeRole(
      roles: [.master], detail: "master, epoch \(newest.epoch)",
      lack: isDown(newest.master) ? "is seen as down" : nil)
    for (sentinel, view) in views {
      let isBehind = view.epoch < newest.epoch
      roles[sentinel] = NodeRole(
        roles: [.sentinel], detail: "sentinel, epoch \(view.epoch)",
        lack: isBehind ? "does not know of the failover of epoch \(newest.epoch)" : nil)
    }
    return roles
  }

  private static func isDown(_ node: Fields) -> Bool {
    node["flags"]?.split(separator: ",").contains { ["s_down", "o_down", "disconnected"].contains($0) } == true
  }

  private static func lack(of replica: Fields) -> String? {
    if isDown(replica) { return "is seen as down" }
    // It was deposed while it was away, and has not been told.
    if replica["role-reported"] == "master" { return "still says that it is the master" }
    guard let link = replica["master-link-status"], link != "ok" else { return nil }
    return "does not replicate from the master (link \(link))"
  }
}
