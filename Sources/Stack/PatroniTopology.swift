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
    }

    var members: [Member]
  }

  static func roles(_ cluster: Cluster) -> StatusReader.Roles {
    cluster.members.reduce(into: [:]) { roles, member in
      let timeline = member.timeline.map { ", timeline \($0)" } ?? ""
      let state = ["running", "streaming"].contains(member.state) ? "" : ", \(member.state)"
      let isLeader = member.role == "leader" || member.role == "master"
      let word = isLeader ? "leader" : member.role.replacing("_", with: " ")
      roles[member.name] = StatusReader.NodeRole(
        roles: [isLeader ? .leader : .follower], detail: "\(word)\(timeline)\(state)")
    }
  }
}
