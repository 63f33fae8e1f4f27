import ChaosPlan

/// Roles from Patroni's REST API, `GET /cluster`.
enum PatroniTopology {
  struct Cluster: Decodable, Sendable {
    struct Member: Decodable, Sendable {
      var name: String
      /// `leader`, `sync_standby`, `quorum_standby`, `replica`, `standby_leader`.
      var role: String
      /// `running`, `streaming`, `starting`, `stopped`, …
      var state: String
      var timeline: Int?

      var isLeader: Bool { role == "leader" || role == "master" }
    }

    var members: [Member]
  }

  static func roles(_ cluster: Cluster) -> NodeRoles {
    let leading = cluster.members.first(where: \.isLeader)?.timeline
    return cluster.members.reduce(into: [:]) { roles, member in
      let timeline = member.timeline.map { ", timeline \($0)" } ?? ""
      let state = ["running", "streaming"].contains(member.state) ? "" : ", \(member.state)"
      let word = member.isLeader ? "leader" : member.role.replacing("_", with: " ")
      roles[member.name] = NodeRole(
        roles: [member.isLeader ? .leader : .follower], detail: "\(word)\(timeline)\(state)",
        lack: lack(of: member, leading: leading))
    }
  }

  /// A standby does its part while it streams from the leader; one that is merely running follows no leader.
  private static func lack(of member: Cluster.Member, leading: Int?) -> String? {
    if member.isLeader { return member.state == "running" ? nil : "leads, but is \(member.state)" }
    guard member.state == "streaming" else { return "does not stream from the leader (\(member.state))" }
    guard let leading, let timeline = member.timeline, timeline != leading else { return nil }
    return "is on timeline \(timeline), and the leader on \(leading)"
  }
}
