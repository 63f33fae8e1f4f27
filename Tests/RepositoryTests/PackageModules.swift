import Foundation
import TestSupport

/// The modules as `Package.swift` declares them, read from its text: a manifest cannot be imported.
struct PackageModules {
  struct Module {
    var name: String
    /// The folder of `Sources/` that it is in, in lower case; `none` for the command line.
    var group: String
    /// Those of this package, in the order of the manifest.
    var imports: [String]
  }

  var modules: [Module] = []

  init() throws {
    let manifest = try String(contentsOf: Repository.file("Package.swift"), encoding: .utf8)
    guard let targets = manifest.range(of: "\n  targets: [") else { throw CocoaError(.fileReadCorruptFile) }
    let declaration = /(library|executable|system)\(\s*"([\w-]+)"(?:\s*,\s*in: \.(\w+))?(?:\s*,\s*\[([^\]]*)\])?/
    // Products of other packages have the only other strings in a list of dependencies.
    let text = manifest[targets.upperBound...].replacing(/\.product\([^)]*\)/, with: "")
    for match in text.matches(of: declaration) {
      let imports = (match.output.4 ?? "").matches(of: /"([\w-]+)"/).map { String($0.output.1) }
      let group = match.output.3.map(String.init) ?? (match.output.1 == "system" ? "c" : "none")
      modules.append(Module(name: String(match.output.2), group: group, imports: imports))
    }
  }
}
