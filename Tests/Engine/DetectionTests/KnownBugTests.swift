import ChaosPlan
import Foundation
import TestSupport
import Testing

@testable import Detection

@Suite struct KnownBugTests {
  static let root = Repository.root.path

  /// The names in the store's own list, read from its source: the suite does not import the store.
  private func plantedNames() throws -> [String] {
    let path = "\(Self.root)/Sources/Store/KeyValueStore/Planted/PlantedBug.swift"
    let source = try String(contentsOfFile: path, encoding: .utf8)
    return source.matches(of: /case \w+ = "([a-z-]+)"/).map { String($0.1) }
  }

  @Test func theSuiteKnowsEveryBugOfTheStoreAndNoOther() throws {
    #expect(try plantedNames().sorted() == KnownBug.all.map(\.name).sorted())
    #expect(KnownBug.all.count >= 15)
  }

  @Test(arguments: KnownBug.all.map(\.name)) func everyBugHasAPlanOfItsName(_ name: String) throws {
    let file = try PlanFile(path: "\(Self.root)/chaos/detect/\(name).yml")
    #expect(file.plan.name == name)
    #expect(file.plan.description.hasSuffix("?"))
    #expect(file.plan.expect.lostWrites == 0 && file.plan.expect.neverWrittenReads == 0)
  }

  @Test func noPlanIsLeftWithoutABug() {
    let names = PlanFile.paths(in: "\(Self.root)/chaos/detect").map { URL(filePath: $0).deletingPathExtension() }
    #expect(names.map(\.lastPathComponent).sorted() == KnownBug.all.map(\.name).sorted())
  }

  /// Without the trait neither the variable nor any bug's name is in the services.
  @Test(arguments: ["kv-api", "kv-worker"]) func aBuildWithoutTheTraitHasNone(_ product: String) throws {
    let path = try #require(CommandLine.arguments.first)
    var folder = URL(filePath: path).deletingLastPathComponent()
    // `swift test` runs a bundle beside the products, or a helper that names it.
    if let bundle = CommandLine.arguments.first(where: { $0.hasSuffix(".xctest") }) {
      folder = URL(filePath: bundle).deletingLastPathComponent()
    }
    let binary = try Data(contentsOf: folder.appending(path: product), options: .alwaysMapped)
    #expect(
      binary.range(of: Data("KV_HTTP_PORT".utf8)) != nil || product == "kv-worker", "not the binary that was meant")
    for name in ["KV_PLANTED_BUG"] + KnownBug.all.map(\.name) {
      #expect(binary.range(of: Data(name.utf8)) == nil, "\(product) has \(name)")
    }
  }
}
