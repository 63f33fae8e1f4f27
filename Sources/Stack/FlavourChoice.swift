import ChaosPlan
import DockerEngine
import Foundation

/// Decides which flavour of the SQL tier is taken, and says why.
struct FlavourChoice: Sendable {
  let stack: Stack

  /// A pull that is not there after so long is not waited for.
  static let pullLimit = Duration.seconds(180)

  func decide(
    existing: [ContainerSummary], progress: @Sendable (StackProgress) -> Void
  ) async throws(StackError) -> StackFlavour {
    let wanted = stack.configuration.flavour
    if let running = Self.flavour(of: existing) {
      guard wanted == .auto || wanted.rawValue == running.rawValue else {
        throw StackError(
          code: .unavailable,
          message:
            "the stack is there already with the flavour \(running.rawValue); run `kvchaos down` before you take \(wanted.rawValue)"
        )
      }
      progress(.note("SQL flavour: \(running.rawValue) (the stack is there already)"))
      return running
    }
    switch wanted {
    case .patroni:
      progress(.note("SQL flavour: patroni (asked for)"))
      return .patroni
    case .cockroach:
      guard try await hasCockroach(progress) else {
        throw StackError(
          code: .unavailable,
          message:
            "the CockroachDB image is not here and could not be pulled; load it with `docker load`, or take `--flavour patroni`"
        )
      }
      progress(.note("SQL flavour: cockroach (asked for)"))
      return .cockroach
    case .auto:
      if try await hasCockroach(progress) {
        progress(.note("SQL flavour: cockroach (its image is here)"))
        return .cockroach
      }
      progress(.note("SQL flavour: patroni (the CockroachDB image is not here and could not be pulled)"))
      return .patroni
    }
  }

  /// What the containers of a stack show: only Patroni has etcd.
  static func flavour(of containers: [ContainerSummary]) -> StackFlavour? {
    let tiers = Set(containers.compactMap { $0.labels[StackLabel.tier] })
    if tiers.contains(Tier.etcd.rawValue) { return .patroni }
    return tiers.contains(Tier.sql.rawValue) ? .cockroach : nil
  }

  private func hasCockroach(_ progress: @Sendable (StackProgress) -> Void) async throws(StackError) -> Bool {
    guard let overlay = stack.configuration.composeFiles(.cockroach).last,
      FileManager.default.fileExists(atPath: overlay)
    else { return false }
    let model = try await Compose(configuration: stack.configuration).model(.cockroach)
    guard let image = model.services["sql-1"]?.image else { return false }
    do throws(DockerEngineError) {
      if try await stack.engine.hasImage(image) { return true }
    } catch {
      throw StackError(error)
    }
    progress(.note("pulling \(image)"))
    return try await Tool.run("docker", ["pull", "--quiet", image], limit: Self.pullLimit)?.succeeded == true
  }
}

/// The labels of the compose files.
enum StackLabel {
  /// On the volumes: the id of the secrets under which their data was made.
  static let secrets = "io.kvchaos.secrets"
  static let tier = "io.kvchaos.tier"
  /// The tier of the one-shot containers.
  static let oneShot = "init"
}
