import Synchronization

/// A Lua script that is sent once a node and called by its digest after that.
public struct RedisScript: Sendable, Hashable {
  public let source: String
  /// SHA-1 of the source in hexadecimal: how `EVALSHA` names it.
  public let digest: String

  public init(_ source: String) {
    self.source = source
    digest = SHA1.hexadecimal(Array(source.utf8))
  }
}

extension RedisCluster {
  /// Runs a script with one key; loads it where a node does not know it yet (`NOSCRIPT`: new, restarted or flushed).
  ///
  /// - Parameter isHurried: see `command`.
  public func evaluate(
    _ script: RedisScript, key: [UInt8], arguments: [[UInt8]], isHurried: Bool = false
  ) async throws(RedisError) -> RedisReply {
    do {
      return try await command(words("EVALSHA", script.digest, key, arguments), key: key, isHurried: isHurried)
    } catch {
      guard error.code == .server, error.detail.hasPrefix("NOSCRIPT") else { throw error }
      return try await command(words("EVAL", script.source, key, arguments), key: key, isHurried: isHurried)
    }
  }

  private func words(_ name: String, _ script: String, _ key: [UInt8], _ arguments: [[UInt8]]) -> [[UInt8]] {
    [Array(name.utf8), Array(script.utf8), Array("1".utf8), key] + arguments
  }
}
