import Foundation
import Testing

/// The table of modules in docs/architecture.md against the manifest, which is what the build obeys.
struct ModuleTableTests {
  private struct Row {
    var name: String
    var imports: [String]
  }

  private func rows() throws -> [Row] {
    let page = try String(
      contentsOf: PackageModules.root.appending(path: "docs/architecture.md"), encoding: .utf8)
    return page.split(separator: "\n").flatMap { line -> [Row] in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == 5, cells[1].hasPrefix(" `") else { return [] }
      return names(cells[1]).map { Row(name: $0, imports: names(cells[3])) }
    }
  }

  private func names(_ cell: String) -> [String] { cell.matches(of: /`([\w-]+)`/).map { String($0.output.1) } }

  @Test func everyModuleHasARowWithWhatItImports() throws {
    let rows = try rows()
    let modules = try PackageModules().modules
    #expect(modules.count > 25)
    for module in modules {
      let row = rows.filter { $0.name == module.name }
      #expect(row.count == 1, "docs/architecture.md has \(row.count) rows of \(module.name)")
      #expect(
        row.first?.imports.sorted() == module.imports.sorted(),
        "docs/architecture.md: \(module.name) imports \(module.imports.sorted().joined(separator: ", "))"
      )
    }
  }

  @Test func everyRowIsAModule() throws {
    let known = Set(try PackageModules().modules.map(\.name))
    let folders = Set(
      try FileManager.default.contentsOfDirectory(
        atPath: PackageModules.root.appending(path: "Sources").path(percentEncoded: false)))
    for row in try rows() {
      #expect(known.contains(row.name) || folders.contains(row.name), "\(row.name) is no module")
    }
  }

  /// A checker that shares code with what it checks inherits its mistakes.
  @Test func nothingOutsideTheStoreImportsIt() throws {
    let store: Set<String> = ["KeyValueStore", "StoreBackends", "StoreHTTP", "kv-api", "kv-worker"]
    let modules = try PackageModules().modules
    #expect(store.isSubset(of: modules.map(\.name)))
    for module in modules where !store.contains(module.name) {
      #expect(store.isDisjoint(with: module.imports), "\(module.name) imports the store")
    }
  }
}
