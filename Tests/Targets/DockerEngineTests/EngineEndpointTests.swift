import Foundation
import Testing

@testable import DockerEngine

/// Which engine is meant is found as the `docker` command finds it, and what cannot be used is refused.
struct EngineEndpointTests {
  /// A folder as `docker context` keeps it, with the contexts `near` and `far`.
  private func withConfiguration(current: String? = nil, _ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "kvchaos-test-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, host) in [("near", "unix:///run/user/0/docker.sock"), ("far", "ssh://somebody@elsewhere")] {
      let entry = "\(folder)/contexts/meta/hash-of-\(name)"
      try FileManager.default.createDirectory(atPath: entry, withIntermediateDirectories: true)
      try #"{"Name":"\#(name)","Metadata":{},"Endpoints":{"docker":{"Host":"\#(host)","SkipTLSVerify":false}}}"#
        .write(toFile: "\(entry)/meta.json", atomically: true, encoding: .utf8)
    }
    if let current {
      try #"{"auths":{},"currentContext":"\#(current)"}"#
        .write(toFile: "\(folder)/config.json", atomically: true, encoding: .utf8)
    }
    try body(folder)
  }

  @Test func theHostOfTheEnvironmentComesFirst() throws {
    try withConfiguration(current: "near") { folder in
      let found = try EngineEndpoint.find(
        environment: ["DOCKER_CONFIG": folder, "DOCKER_HOST": "unix:///tmp/a.sock", "DOCKER_CONTEXT": "far"])
      #expect(found == EngineEndpoint(socketPath: "/tmp/a.sock", origin: "DOCKER_HOST"))
      #expect(found.host == "unix:///tmp/a.sock")
    }
  }

  @Test func thenTheContextOfTheEnvironmentThenTheCurrentOne() throws {
    let near = EngineEndpoint(socketPath: "/run/user/0/docker.sock", origin: "the context near")
    try withConfiguration(current: "far") { folder in
      let wanted = try EngineEndpoint.find(
        environment: ["DOCKER_CONFIG": folder, "DOCKER_HOST": "", "DOCKER_CONTEXT": "near"])
      #expect(wanted == near)
      let standard = try EngineEndpoint.find(environment: ["DOCKER_CONFIG": folder, "DOCKER_CONTEXT": "default"])
      #expect(standard == EngineEndpoint())
    }
    try withConfiguration(current: "near") { folder in
      let current = try EngineEndpoint.find(environment: ["DOCKER_CONFIG": folder])
      #expect(current == near)
    }
    try withConfiguration { folder in
      let none = try EngineEndpoint.find(environment: ["DOCKER_CONFIG": folder])
      #expect(none.socketPath == "/var/run/docker.sock")
    }
  }

  /// Faults act on the engine's machine: an engine elsewhere would be asked for containers, and its networks not
  /// reached.
  @Test(arguments: ["tcp://127.0.0.1:2375", "ssh://a@b", "npipe:////./pipe/docker_engine", "unix://no/path"])
  func anEngineThatIsNotReachedByASocketIsRefused(host: String) throws {
    let error = #expect(throws: DockerEngineError.self) {
      try EngineEndpoint.find(environment: ["DOCKER_HOST": host])
    }
    #expect(error?.code == .unusable)
    #expect(error?.message.contains(host) == true && error?.message.contains("DOCKER_HOST") == true)
  }

  @Test(arguments: ["far", "forgotten"]) func aContextThatCannotBeUsedIsRefused(name: String) throws {
    try withConfiguration(current: name) { folder in
      let error = #expect(throws: DockerEngineError.self) {
        try EngineEndpoint.find(environment: ["DOCKER_CONFIG": folder])
      }
      #expect(error?.code == .unusable)
      #expect(error?.message.contains("context \(name)") == true)
    }
  }
}
