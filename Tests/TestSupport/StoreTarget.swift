import ChaosPlan
import Technologies

/// The bundled store as `chaos/target.yml` declares it.
package enum StoreTarget {
  package static let target: Target = {
    do {
      return try TargetFile.read(path: Repository.file("chaos/target.yml").path())
    } catch {
      fatalError("the store has no target: \(error)")
    }
  }()

  /// What plans for the store can strike.
  package static let forPlans = target.forPlans
}
