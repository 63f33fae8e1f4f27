import Foundation

/// The bearer token for a store that requires one: `KVCHAOS_TOKEN`, as `KV_API_TOKEN` of the stack.
public enum StoreToken {
  /// The headers that carry it; none if it is not set.
  public static let headers: [(name: String, value: String)] = headers(ProcessInfo.processInfo.environment)

  static func headers(_ environment: [String: String]) -> [(name: String, value: String)] {
    guard let token = environment["KVCHAOS_TOKEN"], !token.isEmpty else { return [] }
    return [("Authorization", "Bearer \(token)")]
  }
}
