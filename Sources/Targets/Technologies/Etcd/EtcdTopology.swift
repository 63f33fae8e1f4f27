import ChaosPlan
import Foundation

/// A role from `etcdctl endpoint status --write-out=json`, asked of the node itself.
enum EtcdTopology {
  private struct Endpoint: Decodable {
    struct Status: Decodable {
      struct Header: Decodable {
        var memberID: UInt64

        enum CodingKeys: String, CodingKey {
          case memberID = "member_id"
        }
      }

      var header: Header
      /// 0, and left out, while there is none.
      var leader: UInt64?
      var raftTerm: UInt64?
    }

    var status: Status

    enum CodingKeys: String, CodingKey {
      case status = "Status"
    }
  }

  static func role(json: String) -> NodeRole? {
    guard let status = (try? JSONDecoder().decode([Endpoint].self, from: Data(json.utf8)))?.first?.status else {
      return nil
    }
    let term = status.raftTerm.map { ", term \($0)" } ?? ""
    let leads = status.leader == status.header.memberID
    let isAlone = status.leader ?? 0 == 0
    return NodeRole(
      roles: [leads ? .leader : .follower],
      detail: (leads ? "leader" : isAlone ? "follower without a leader" : "follower") + term,
      lack: isAlone ? "knows no leader" : nil)
  }
}
