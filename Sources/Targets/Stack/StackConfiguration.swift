import ChaosPlan
import DockerEngine
import Foundation
import Technologies

/// Where the stack's files are, what it is called, and how patient `up` is.
public struct StackConfiguration: Sendable {
  /// The project that has the usual ports and the usual network, which are documented.
  public static let usualProject = "kvchaos"

  /// The folder of the repository: it holds `compose/` and `scripts/`.
  public var home: String
  /// The Compose project's name.
  public var project: String
  /// What the stack is made of.
  package var target: Target
  /// The ports of 127.0.0.1 that were asked for; `up` finds the others (`StackAddresses`). Where the stack is, the
  /// engine tells (`Stack.storeURL`).
  public var ports: [PublishedPort: Int]
  /// The first three octets of the network that was asked for; `nil`: `up` finds one.
  public var subnet: String?
  public var flavour: SQLFlavourChoice
  /// Number of workers; `nil`: as the compose file says.
  public var workers: Int?
  /// Number of APIs; `nil`: as the compose file says.
  public var apis: Int?
  /// The services' image with this planted bug in place of the release (docs/detection.md); `nil`: the release.
  public var plantedBug: String?
  /// How long `up` waits for the whole store to answer.
  public var limit: Duration
  /// The engine that everything is done by: faults, looks and Compose.
  public var engine: EngineEndpoint

  package init(
    home: String, project: String = usualProject, target: Target, ports: [PublishedPort: Int] = [:],
    subnet: String? = nil, flavour: SQLFlavourChoice = .auto, workers: Int? = nil, apis: Int? = nil,
    limit: Duration = .seconds(180),
    engine: EngineEndpoint = EngineEndpoint()
  ) {
    self.home = home
    self.project = project
    self.target = target
    self.ports = ports
    self.subnet = subnet
    self.flavour = flavour
    self.workers = workers
    self.apis = apis
    self.limit = limit
    self.engine = engine
  }

  /// The configuration of this process. The home is `KVCHAOS_HOME`, else the nearest folder, from the working directory
  /// upwards, that holds `compose/compose.yml`; `KVCHAOS_PROJECT`, `KVCHAOS_SUBNET`, the ports (`PublishedPort`) and
  /// `KVCHAOS_SQL` (what `auto` stands for) override the defaults. The engine is that of the `docker` command
  /// (`EngineEndpoint`).
  ///
  /// - Throws: `unavailable` when there is no such folder, a variable has a value that cannot be used, or the engine
  ///   cannot be used.
  public static func current(
    flavour: SQLFlavourChoice = .auto, environment: [String: String] = ProcessInfo.processInfo.environment,
    workingDirectory: String = FileManager.default.currentDirectoryPath
  ) throws(StackError) -> StackConfiguration {
    var flavour = flavour
    if flavour == .auto, let wanted = environment["KVCHAOS_SQL"] {
      guard let choice = SQLFlavourChoice(rawValue: wanted) else {
        throw StackError(
          code: .unavailable,
          message:
            "KVCHAOS_SQL is \(wanted); it may be \(SQLFlavourChoice.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      flavour = choice
    }
    let engine: EngineEndpoint
    do throws(DockerEngineError) {
      engine = try EngineEndpoint.find(environment: environment)
    } catch {
      throw StackError(error)
    }
    let home = try home(environment: environment, workingDirectory: workingDirectory)
    let (project, ports) = (try project(environment["KVCHAOS_PROJECT"]), try ports(environment))
    let subnet = try subnet(environment["KVCHAOS_SUBNET"])
    let target = try target(home: home)
    return StackConfiguration(
      home: home, project: project ?? target.project, target: target, ports: ports, subnet: subnet, flavour: flavour,
      engine: engine)
  }

  /// The bundled store's target, which is read as any other.
  private static func target(home: String) throws(StackError) -> Target {
    do throws(PlanError) {
      return try TargetFile.read(path: "\(home)/chaos/\(PlanFile.targetName)")
    } catch {
      throw StackError(code: .unavailable, message: error.description)
    }
  }

  /// What plans for the store can strike, wherever the engine is; outside a checkout, as this program knows the store.
  ///
  /// - Throws: `unavailable` when the target of the folder cannot be read.
  public static func planTarget(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    workingDirectory: String = FileManager.default.currentDirectoryPath
  ) throws(StackError) -> PlanTarget {
    guard let home = try? home(environment: environment, workingDirectory: workingDirectory) else {
      return try bundledTarget().forPlans
    }
    return try target(home: home).forPlans
  }

  private static func bundledTarget() throws(StackError) -> Target {
    do throws(PlanError) {
      return try TargetFile.parse(
        String(decoding: PackageResources.target_yml, as: UTF8.self), path: PlanFile.targetName)
    } catch {
      throw StackError(code: .internalFault, message: error.description)
    }
  }

  public var planTarget: PlanTarget { target.forPlans }

  private static func project(_ value: String?) throws(StackError) -> String? {
    guard let value, !value.isEmpty else { return nil }
    guard Target.isProject(value) else {
      throw StackError(
        code: .unavailable,
        message: "KVCHAOS_PROJECT is \(value), which is not a valid Compose project name; expected up to 63 lowercase "
          + "letters, digits, hyphens and underscores, the first a letter or a digit")
    }
    return value
  }

  private static func ports(_ environment: [String: String]) throws(StackError) -> [PublishedPort: Int] {
    var ports: [PublishedPort: Int] = [:]
    for port in PublishedPort.allCases {
      guard let value = environment[port.variable], !value.isEmpty else { continue }
      guard let number = Int(value), (1...65_535).contains(number) else {
        throw StackError(code: .unavailable, message: "\(port.variable) is \(value); expected a port, 1 to 65535")
      }
      ports[port] = number
    }
    return ports
  }

  private static func subnet(_ value: String?) throws(StackError) -> String? {
    guard let value, !value.isEmpty else { return nil }
    let octets = value.split(separator: ".", omittingEmptySubsequences: false)
    guard octets.count == 3, octets.allSatisfy({ UInt8($0).map(String.init) == String($0) }) else {
      throw StackError(
        code: .unavailable,
        message: "KVCHAOS_SUBNET is \(value); expected the first three octets of a /24, such as "
          + StackAddresses.usualSubnet)
    }
    return value
  }

  private static func home(
    environment: [String: String], workingDirectory: String
  ) throws(StackError) -> String {
    if let home = environment["KVCHAOS_HOME"] { return home }
    var folder = URL(fileURLWithPath: workingDirectory)
    while true {
      if FileManager.default.fileExists(atPath: folder.appendingPathComponent("compose/compose.yml").path) {
        return folder.path
      }
      guard folder.path != "/" else { break }
      folder = folder.deletingLastPathComponent()
    }
    throw StackError(
      code: .unavailable,
      message: "no compose/compose.yml here or above: run kvchaos inside its repository, or set KVCHAOS_HOME to it")
  }

  /// The untracked file that holds the generated passwords.
  public var secretsFile: String { "\(home)/compose/secrets.env" }

  /// The path of the ledger of open undos (`UndoLedger`).
  public var ledgerFile: String { "\(home)/results/.ledger/\(project).jsonl" }

  /// The default folder for results: runs of two projects must not write to the same files.
  public var resultsFolder: String {
    project == Self.usualProject ? "\(home)/results" : "\(home)/results/projects/\(project)"
  }

  func composeFiles(_ flavour: SQLFlavour) -> [String] {
    ["\(home)/compose/compose.yml", "\(home)/compose/sql-\(flavour.rawValue).yml"]
      + (plantedBug == nil ? [] : ["\(home)/compose/planted.yml"])
  }
}
