import DockerEngine

extension Stack {
  /// The variable that sets it for APIs and workers.
  static let cacheTimeToLiveVariable = "KV_CACHE_TTL_MS"
  /// The services' default.
  static let defaultCacheTimeToLive = Duration.seconds(60)

  /// The maximum time for which the cache keeps an entry: the largest setting of the running services that write to it.
  ///
  /// - Throws: `unavailable` when the engine does not answer or a service has a setting that is no number.
  public func cacheTimeToLive() async throws(StackError) -> Duration {
    let longest: Duration?
    do throws(DockerEngineError) {
      let services = try await engine.containers().filter { ["api", "worker"].contains($0.labels[StackLabel.tier]) }
      var settings: [Duration] = []
      for service in services {
        guard let text = try await engine.variable(Self.cacheTimeToLiveVariable, of: service.id) else {
          settings.append(Self.defaultCacheTimeToLive)
          continue
        }
        guard let milliseconds = Int(text), milliseconds > 0 else {
          throw DockerEngineError(
            code: .unavailable,
            message: "invalid \(Self.cacheTimeToLiveVariable) of \(service.name): \(text); expected milliseconds")
        }
        settings.append(.milliseconds(milliseconds))
      }
      longest = settings.max()
    } catch {
      throw StackError(error)
    }
    return longest ?? Self.defaultCacheTimeToLive
  }
}
