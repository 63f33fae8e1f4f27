import Foundation
import TestSupport
import Testing

/// The table of modules in docs/architecture.md against the manifest, which is what the build obeys.
struct ModuleTableTests {
  private struct Row {
    var name: String
    var imports: [String]
  }

  private func rows() throws -> [Row] {
    let page = try String(contentsOf: Repository.file("docs/architecture.md"), encoding: .utf8)
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
    for row in try rows() { #expect(known.contains(row.name), "\(row.name) is no module") }
  }

  /// From the top down. A module may import those of its own group and of the groups below.
  private static let groups = ["none", "targets", "engine", "checker", "present", "clients", "support", "c"]

  /// Arrows that go up: the run knows the stack, until it knows targets only. None may be added.
  private static let exceptions: [String: Set<String>] = [
    "Orchestrator": ["Stack", "Workload"],
    "CapRuns": ["DockerEngine", "Stack"],
  ]

  @Test func arrowsBetweenGroupsGoDown() throws {
    let modules = try PackageModules().modules
    let groups = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0.group) })
    for module in modules where module.group != "store" {
      let level = try #require(Self.groups.firstIndex(of: module.group), "\(module.group) is no group")
      let allowed = Set(Self.groups[level...])
      let wrong = Set(module.imports.filter { !allowed.contains(groups[$0] ?? "") })
      #expect(wrong == Self.exceptions[module.name] ?? [], "\(module.name) imports from a group above its own")
    }
  }

  /// A checker that shares code with what it checks inherits its mistakes. And the store knows nothing of its tests.
  @Test func nothingOutsideTheStoreImportsIt() throws {
    let modules = try PackageModules().modules
    let store = Set(modules.filter { $0.group == "store" }.map(\.name))
    #expect(store.isSuperset(of: ["KeyValueStore", "StoreBackends", "StoreHTTP", "kv-api", "kv-worker"]))
    let below = store.union(modules.filter { ["clients", "support", "c"].contains($0.group) }.map(\.name))
    for module in modules {
      if store.contains(module.name) {
        #expect(below.isSuperset(of: module.imports), "\(module.name) imports more than clients")
      } else {
        #expect(store.isDisjoint(with: module.imports), "\(module.name) imports the store")
      }
    }
  }

  /// Folders show the groups: each holds what the manifest says, and `Tests/` has the same ones.
  @Test func foldersAreGroups() throws {
    let modules = try PackageModules().modules
    for (group, members) in Dictionary(grouping: modules, by: \.group) where group != "none" {
      let folder = try #require(
        try names(of: "Sources").first { $0.lowercased() == group }, "no folder for \(group)")
      #expect(try names(of: "Sources/\(folder)") == Set(members.map(\.name)))
    }
    let ofTests = try names(of: "Tests").filter {
      !$0.hasSuffix("Tests") && $0 != "TestSupport" && $0 != "mutants.toml"
    }
    #expect(ofTests.isSubset(of: try names(of: "Sources")), "\(ofTests)")
  }

  private func names(of folder: String) throws -> Set<String> {
    let path = Repository.file(folder).path(percentEncoded: false)
    return Set(try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") })
  }
}
