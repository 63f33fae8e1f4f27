import DockerEngine
import Foundation
import TestSupport
import Testing

@testable import Stack

/// Faults, looks and Compose: one engine for all of them.
struct OneEngineTests {
  /// A `docker` that says which engine it was told.
  private func withDocker(_ body: (_ path: String) async throws -> Void) async throws {
    try await Bash.withFolder { folder in
      let file = folder.appending(path: "docker")
      try "#!/bin/sh\necho \"${DOCKER_HOST-none} ${DOCKER_CONTEXT-none} ${DOCKER_TLS_VERIFY-none}\"\n"
        .write(to: file, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path())
      try await body("\(folder.path()):/usr/bin:/bin")
    }
  }

  @Test func theDockerCommandIsToldTheEngine() async throws {
    try await withDocker { path in
      let outcome = try await Tool.docker(
        ["compose", "version"], on: EngineEndpoint(socketPath: "/tmp/own.sock"),
        environment: [
          "PATH": path, "DOCKER_HOST": "tcp://elsewhere", "DOCKER_CONTEXT": "elsewhere", "DOCKER_TLS_VERIFY": "1",
        ])
      #expect(outcome.output == "unix:///tmp/own.sock none none\n")
    }
  }

  @Test func theConfigurationHasTheEngineOfTheEnvironment() throws {
    let environment = ["KVCHAOS_HOME": Repository.root.path, "DOCKER_HOST": "unix:///tmp/own.sock"]
    let configuration = try StackConfiguration.current(environment: environment)
    #expect(configuration.engine.socketPath == "/tmp/own.sock")
    #expect(Stack(configuration).engine.socketPath == "/tmp/own.sock")
    let error = #expect(throws: StackError.self) {
      try StackConfiguration.current(environment: environment.merging(["DOCKER_HOST": "tcp://a:1"]) { $1 })
    }
    #expect(error?.code == .unavailable)
  }
}
