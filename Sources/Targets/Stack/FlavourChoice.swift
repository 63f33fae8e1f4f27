import ChaosPlan
import DockerEngine
import Technologies

/// Decides the flavour of the SQL tier, and gives the reason.
struct FlavourChoice: Sendable {
  let stack: Stack

  func decide(
    existing: [ContainerSummary], progress: @Sendable (StackProgress) -> Void
  ) async throws(StackError) -> SQLFlavour {
    let wanted = stack.configuration.flavour
    if let running = Self.flavour(of: existing) {
      guard wanted.flavour ?? running == running else {
        throw StackError(
          code: .unavailable,
          message:
            "the stack exists already with the flavour \(running.rawValue); run `kvchaos down` before you choose \(wanted.rawValue)"
        )
      }
      progress(.note("SQL flavour: \(running.rawValue) (the stack exists already)"))
      return running
    }
    guard wanted != .patroni else {
      progress(.note("SQL flavour: patroni (requested)"))
      return .patroni
    }
    switch try await CockroachImage(stack: stack).find(progress) {
    case .usable(let version):
      let why = wanted == .auto ? "its image is here" : "asked for"
      progress(.note("SQL flavour: cockroach \(version) (\(why))"))
      if let warning = version.warning { progress(.note("warning: \(warning)")) }
      return .cockroach
    case .unusable(let reason):
      guard wanted == .auto else {
        throw StackError(code: .unavailable, message: "\(reason); \(Self.wayOut)")
      }
      progress(.note("SQL flavour: patroni (no CockroachDB: \(reason))"))
      return .patroni
    }
  }

  /// What to do if CockroachDB was requested but is not available.
  static let wayOut = """
    load an image with `docker load`, name another with KVCHAOS_COCKROACH_IMAGE, or use PostgreSQL: `kvchaos down`, then \
    `kvchaos up --flavour patroni` (KVCHAOS_SQL=patroni for every command)
    """

  /// What the containers of a stack show: only Patroni has etcd.
  static func flavour(of containers: [ContainerSummary]) -> SQLFlavour? {
    let tiers = Set(containers.compactMap { $0.labels[StackLabel.tier] })
    if tiers.contains(Tier.etcd.rawValue) { return .patroni }
    return tiers.contains(Tier.sql.rawValue) ? .cockroach : nil
  }
}

/// The labels of the compose files.
enum StackLabel {
  /// On the volumes: the id of the secrets under which their data was made.
  static let secrets = "io.kvchaos.secrets"
  static let tier = Target.tierLabel
  /// Compose's own: the folder of the first compose file.
  static let composeFolder = "com.docker.compose.project.working_dir"
  /// The tier of the one-shot containers.
  static let oneShot = "init"
}
