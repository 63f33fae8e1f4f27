import Foundation
import Glibc

/// Whether ports of 127.0.0.1 are free, and which process uses them.
enum PortCheck {
  /// Whether something listens on the port already (or it cannot be bound for another reason).
  static func isTaken(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Old connections in TIME_WAIT belong to no process.
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) != 0
      }
    }
  }

  /// `name (pid 123)` of the process that listens on the port, where this user may see it.
  static func holder(of port: Int) -> String? {
    let sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { path in
      listeningSockets((try? String(contentsOfFile: path, encoding: .utf8)) ?? "", port: port)
    }
    guard !sockets.isEmpty else { return nil }
    let links = Set(sockets.map { "socket:[\($0)]" })
    let files = FileManager.default
    for process in (try? files.contentsOfDirectory(atPath: "/proc")) ?? [] where Int(process) != nil {
      let folder = "/proc/\(process)/fd"
      for descriptor in (try? files.contentsOfDirectory(atPath: folder)) ?? [] {
        guard let link = try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)"), links.contains(link)
        else { continue }
        let name = (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)) ?? "a process"
        return "\(name.trimmingCharacters(in: .whitespacesAndNewlines)) (pid \(process))"
      }
    }
    return nil
  }

  /// The inodes of the sockets that listen on a port, from the text of `/proc/net/tcp` (proc(5)): the second field is
  /// the local address with the port in hexadecimal, the fourth the state (0A: listening), the tenth the inode.
  static func listeningSockets(_ table: String, port: Int) -> [String] {
    table.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == "0A",
        let local = fields[1].split(separator: ":").last, Int(local, radix: 16) == port
      else { return nil }
      return String(fields[9])
    }
  }
}
