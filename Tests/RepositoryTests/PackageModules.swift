import Foundation

/// The modules as `Package.swift` declares them, read from its text: a manifest cannot be imported.
struct PackageModules {
  struct Module {
    var name: String
    /// Those of this package, in the order of the manifest.
    var imports: [String]
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  var modules: [Module] = []

  init() throws {
    let manifest = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
    guard let targets = manifest.range(of: "\n  targets: [") else { throw CocoaError(.fileReadCorruptFile) }
    // Products of other packages have the only other strings in a list of dependencies.
    let text = manifest[targets.upperBound...].replacing(/\.product\([^)]*\)/, with: "")
    for match in text.matches(of: /(?:library|executable)\(\s*"([\w-]+)"(?:\s*,\s*\[([^\]]*)\])?/) {
      let imports = (match.output.2 ?? "").matches(of: /"([\w-]+)"/).map { String($0.output.1) }
      modules.append(Module(name: String(match.output.1), imports: imports))
    }
  }
}
