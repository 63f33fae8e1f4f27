import Foundation
import Testing

@testable import DockerEngine

struct DockerEngineTests {
  @Test func anEngineThatIsNotThereSaysWhatToDo() async {
    let engine = DockerEngine(project: "kvchaos", socketPath: "/tmp/no-such-engine.sock")
    let error = await #expect(throws: DockerEngineError.self) { try await engine.version() }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("/tmp/no-such-engine.sock") == true)
    #expect(error?.message.contains("scripts/bootstrap") == true)
  }

  /// Histories of clients come from there: an engine that rotates its logs by default would lose their beginnings.
  @Test func whatAContainerBesideTheStackWritesIsNotRotated() throws {
    let host = SideContainer.HostConfiguration(
      networkMode: "none", capabilitiesAdded: [], processLimit: 1, memoryBytes: 1)
    let body = SideContainer(kind: "client", image: "i", command: [], project: "p", host: host)
    struct Body: Decodable {
      struct Host: Decodable { var logConfig: Logs }
      struct Logs: Decodable {
        var type: String
        var config: [String: String]
      }
      var hostConfig: Host
    }
    let logs = try Answers.decode(Body.self, JSONEncoder().encode(body)).hostConfig.logConfig
    #expect(logs.type == "json-file")
    #expect(logs.config["max-size"] == "1024g" && logs.config["max-file"] == "1")
    #expect(logs.config["mode"] == "blocking" && logs.config["compress"] == "false")
  }

  @Test func queriesAreEscapedDownToTheUnreservedCharacters() {
    #expect(EngineConnection.escaped(#"{"a":["b=c d"]}"#) == "%7B%22a%22%3A%5B%22b%3Dc%20d%22%5D%7D")
    #expect(EngineConnection.escaped("kvchaos-redis_1.x\n") == "kvchaos-redis_1.x%0A")
  }

  @Test(
    arguments: [
      ("StartedAt", "startedAt"), ("OOMKilled", "oomKilled"), ("ID", "id"), ("Id", "id"), ("IPAddress", "ipAddress"),
      ("timeNano", "timeNano"),
    ])
  func theNamesOfTheAPIBecomeOurs(theirs: String, ours: String) {
    #expect(Answers.lowerCamelCase(theirs) == ours)
  }

  @Test func anInspectionIsRead() throws {
    let json = #"""
      {"Id":"abc","Name":"/kvchaos-redis-1","RestartCount":0,"Unknown":1,
       "State":{"Status":"running","ExitCode":0,"StartedAt":"2026-11-23T21:00:00Z","OOMKilled":false,
                "Health":{"Status":"healthy","FailingStreak":0,"Log":[{"ExitCode":0,"Output":"PONG"}]}},
       "Config":{"Hostname":"redis-1","Tty":false,"Labels":{"com.docker.compose.project":"kvchaos","Upper":"Case"}},
       "HostConfig":{"PortBindings":{"8000/tcp":[{"HostIp":"127.0.0.1","HostPort":"8000"}],"1/tcp":null}},
       "NetworkSettings":{"Networks":{"kvchaos":{"IPAddress":"172.30.87.11"}},"Ports":{}}}
      """#
    let found = try Answers.decode(Answers.Inspection.self, Data(json.utf8))
    #expect(found.state.health?.log?.last?.output == "PONG")
    // The keys of dictionaries are data, not names: they stay as they are.
    #expect(found.config.labels == ["com.docker.compose.project": "kvchaos", "Upper": "Case"])
    #expect(found.networkSettings?.networks?["kvchaos"]?.ipAddress == "172.30.87.11")
    // Those of a container that is down are only in what it was made with.
    #expect(found.publishedPorts == [8000: 8000])
  }
}
