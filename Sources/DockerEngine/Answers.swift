/// The parts of the engine's JSON that are used here, under the API's own names.
enum Answers {
  struct Version: Decodable {
    var ApiVersion: String
    var Version: String
  }

  struct Message: Decodable {
    var message: String
  }

  struct Created: Decodable {
    var Id: String
  }

  struct Exec: Decodable {
    var Running: Bool
    var ExitCode: Int?
  }

  struct Summary: Decodable {
    struct Port: Decodable {
      var PublicPort: Int?
    }

    var Id: String
    var Names: [String]
    var Image: String
    var Labels: [String: String]
    var State: String
    var Ports: [Port]?
  }

  struct Inspection: Decodable {
    struct State: Decodable {
      struct Health: Decodable {
        struct Probe: Decodable {
          var Output: String
        }

        var Status: String
        var Log: [Probe]?
      }

      var Status: String
      var ExitCode: Int
      var StartedAt: String
      var OOMKilled: Bool?
      var Health: Health?
    }

    struct Config: Decodable {
      var Hostname: String?
      var Labels: [String: String]?
      var Tty: Bool?
    }

    struct NetworkSettings: Decodable {
      struct Network: Decodable {
        var IPAddress: String?
      }

      var Networks: [String: Network]?
    }

    var Id: String
    var Name: String
    var RestartCount: Int?
    var State: State
    var Config: Config
    var NetworkSettings: NetworkSettings?
  }

  struct Event: Decodable {
    struct Actor: Decodable {
      var ID: String
      var Attributes: [String: String]?
    }

    var Action: String
    var Actor: Actor
    var timeNano: Int64
  }
}
