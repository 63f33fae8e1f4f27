import Foundation

/// The parts of the engine's JSON that are used here, under the API's own names but for the case of their first
/// letters.
enum Answers {
  struct Version: Decodable {
    var apiVersion: String
    var version: String
  }

  struct Info: Decodable {
    var id: String
  }

  struct Message: Decodable {
    var message: String
  }

  struct Created: Decodable {
    var id: String
  }

  struct Exit: Decodable {
    var statusCode: Int
  }

  struct Exec: Decodable {
    var running: Bool
    var exitCode: Int?
  }

  struct Summary: Decodable {
    struct Port: Decodable {
      var privatePort: Int
      var publicPort: Int?
    }

    var id: String
    var names: [String]
    var image: String
    var labels: [String: String]
    var state: String
    var ports: [Port]?
  }

  struct Volumes: Decodable {
    struct Volume: Decodable {
      var name: String
      var labels: [String: String]?
    }

    /// `null` where there is none.
    var volumes: [Volume]?
  }

  struct Network: Decodable {
    struct Addresses: Decodable {
      struct Range: Decodable {
        var subnet: String?
      }

      var config: [Range]?
    }

    var name: String
    var labels: [String: String]?
    var ipam: Addresses?
  }

  /// The host's sides of a container's ports, by `8000/tcp`.
  typealias Ports = [String: [PortBinding]?]

  struct PortBinding: Decodable {
    var hostPort: String
  }

  struct Inspection: Decodable {
    struct State: Decodable {
      struct Health: Decodable {
        struct Probe: Decodable {
          var output: String
        }

        var status: String
        var log: [Probe]?
      }

      var status: String
      var exitCode: Int
      var startedAt: String
      var oomKilled: Bool?
      var health: Health?
    }

    struct Config: Decodable {
      struct HealthCheck: Decodable {
        var test: [String]?

        /// The engine's two ways to write one: `CMD` and the words, `CMD-SHELL` and a line.
        var command: [String]? {
          switch test?.first {
          case "CMD": test.map { Array($0.dropFirst()) }
          case "CMD-SHELL": test.map { ["/bin/sh", "-c"] + $0.dropFirst() }
          default: nil
          }
        }
      }

      var hostname: String?
      var labels: [String: String]?
      var tty: Bool?
      var healthcheck: HealthCheck?
    }

    struct NetworkSettings: Decodable {
      struct Network: Decodable {
        var ipAddress: String?
        var ipPrefixLen: Int?
        var gateway: String?
      }

      var networks: [String: Network]?
      /// What is published now.
      var ports: Ports?
    }

    struct HostConfiguration: Decodable {
      /// What is to be published while it runs.
      var portBindings: Ports?
    }

    var id: String
    var name: String
    var restartCount: Int?
    var state: State
    var config: Config
    var hostConfig: HostConfiguration?
    var networkSettings: NetworkSettings?

    /// The host's port for each of the container's own.
    var publishedPorts: [Int: Int] {
      [hostConfig?.portBindings, networkSettings?.ports].compactMap { $0 }.reduce(into: [:]) { all, ports in
        for (inside, bindings) in ports {
          guard let inside = inside.split(separator: "/").first.flatMap({ Int($0) }),
            // 0: the engine takes one at each start.
            let port = bindings?.lazy.compactMap({ Int($0.hostPort) }).first(where: { $0 > 0 })
          else { continue }
          all[inside] = port
        }
      }
    }
  }

  /// The variables of a container, as `NAME=value`.
  struct Environment: Decodable {
    struct Config: Decodable {
      var env: [String]?
    }

    var config: Config
  }

  /// The limits of a container.
  struct Limits: Decodable {
    struct HostConfiguration: Decodable {
      var nanoCpus: Int64?
      var memory: Int64?
    }

    var hostConfig: HostConfiguration
  }

  struct MachineInformation: Decodable {
    /// Cores.
    var ncpu: Int
    var memTotal: Int
  }

  struct MemoryStatistics: Decodable {
    struct Memory: Decodable {
      var usage: Int?
      var stats: [String: Int]?
    }

    var memory: Memory

    enum CodingKeys: String, CodingKey {
      case memory = "memory_stats"
    }
  }

  struct Statistics: Decodable {
    struct Processor: Decodable {
      struct Usage: Decodable {
        /// User and system time of all processes together, in nanoseconds.
        var total: UInt64

        enum CodingKeys: String, CodingKey {
          case total = "total_usage"
        }
      }

      var usage: Usage

      enum CodingKeys: String, CodingKey {
        case usage = "cpu_usage"
      }
    }

    var processor: Processor

    enum CodingKeys: String, CodingKey {
      case processor = "cpu_stats"
    }
  }

  struct Event: Decodable {
    struct Actor: Decodable {
      var id: String
      var attributes: [String: String]?
    }

    var action: String
    var actor: Actor
    var timeNano: Int64
  }

  /// Turns the API's `StartedAt`, `OOMKilled`, `ID` into `startedAt`, `oomKilled`, `id`.
  static func lowerCamelCase(_ name: String) -> String {
    let capitals = name.prefix { $0.isUppercase }
    let lowered = capitals.count > 1 && capitals.count < name.count ? capitals.dropLast() : capitals
    return lowered.lowercased() + name.dropFirst(lowered.count)
  }

  static func decode<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { path in Key(stringValue: lowerCamelCase(path.last?.stringValue ?? "")) }
    return try decoder.decode(type, from: data)
  }

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
