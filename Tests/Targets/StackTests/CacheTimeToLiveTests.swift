import DockerEngine
import TestSupport
import Testing

@testable import Stack

/// What cached reads are held to is what the services that fill the cache run with.
@Suite struct CacheTimeToLiveTests {
  /// A stack of one proxy and two services with these environments.
  private func stack(_ environments: [String: String]) -> (Stack, FakeEngine) {
    let engine = FakeEngine { request in
      func labels(_ node: String) -> String {
        let tier = node.split(separator: "-")[0]
        return #"{"com.docker.compose.project":"p","\#(StackLabel.tier)":"\#(tier)"}"#
      }
      if request.hasPrefix("GET /containers/json") {
        let all = environments.keys.sorted().map {
          #"{"Id":"\#($0)","Names":["/p-\#($0)"],"Image":"i","Labels":\#(labels($0)),"State":"running"}"#
        }
        return (200, "[\(all.joined(separator: ","))]")
      }
      guard let node = environments.keys.first(where: { request.contains("/containers/\($0)/") }) else {
        return (200, #"{"ApiVersion":"1.47","Version":"27"}"#)
      }
      let state = #"{"Status":"running","ExitCode":0,"StartedAt":"x"}"#
      return (
        200,
        #"{"Id":"\#(node)","Name":"/p-\#(node)","State":\#(state),"#
          + #""Config":{"Labels":\#(labels(node)),"Env":[\#(environments[node] ?? "")]}}"#
      )
    }
    let docker = DockerEngine(project: "p", socketPath: engine.socketPath)
    return (
      Stack(StackConfiguration(home: "/nowhere", project: "p", target: StoreTarget.target), engine: docker), engine
    )
  }

  @Test func theLongestSettingOfTheServicesCounts() async throws {
    let (stack, engine) = stack([
      "proxy-1": #""KV_CACHE_TTL_MS=900000""#, "api-1": #""KV_REDIS_PASSWORD=x","KV_CACHE_TTL_MS=2500""#,
      "worker-1": #""KV_CACHE_TTL_MS=700""#,
    ])
    #expect(try await stack.cacheTimeToLive() == .milliseconds(2500))
    withExtendedLifetime(engine) {}
  }

  @Test func withoutTheVariableItIsTheServicesDefault() async throws {
    let (stack, engine) = stack(["api-1": #""KV_CACHE_TTL=1""#, "worker-1": #""KV_CACHE_TTL_MS=700""#])
    #expect(try await stack.cacheTimeToLive() == .seconds(60))
    withExtendedLifetime(engine) {}
  }

  @Test func whatIsNoNumberIsAnError() async throws {
    let (stack, engine) = stack(["api-1": #""KV_CACHE_TTL_MS=1m""#])
    await #expect(throws: StackError.self) { try await stack.cacheTimeToLive() }
    withExtendedLifetime(engine) {}
  }
}
