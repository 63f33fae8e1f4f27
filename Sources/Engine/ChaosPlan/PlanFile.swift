import Spelling

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A plan with the text that it was read from, which goes into the results unchanged.
public struct PlanFile: Sendable, Hashable {
  public let path: String
  public let text: String
  public let plan: Plan

  public init(path: String, text: String, plan: Plan) {
    self.path = path
    self.text = text
    self.plan = plan
  }

  /// Reads a plan file.
  ///
  /// - Parameter target: what the plan can strike.
  /// - Throws: `PlanError`; a file that is not there names the nearest plan of the same folder.
  public init(path: String, target: PlanTarget) throws(PlanError) {
    let text: String
    do {
      text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    } catch {
      throw PlanError(path: path, problems: [.init(line: nil, column: nil, message: Self.unreadable(path))])
    }
    self.init(path: path, text: text, plan: try PlanParser.parse(text, path: path, target: target))
  }

  /// How a folder's target is named, beside the plans for it.
  package static let targetName = "target.yml"

  /// The plan files of a folder: `*.yml` and `*.yaml` that are not hidden, by name, without the target; empty where
  /// there is no such folder.
  public static func paths(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { ($0.hasSuffix(".yml") || $0.hasSuffix(".yaml")) && !$0.hasPrefix(".") && $0 != targetName }
      .sorted()
      .map { "\(folder)/\($0)" }
  }

  private static func unreadable(_ path: String) -> String {
    guard !FileManager.default.fileExists(atPath: path) else { return "cannot be read as UTF-8 text" }
    let url = URL(filePath: path)
    let here = url.deletingLastPathComponent().relativePath
    // In the repository's folder, the folder of the plans may be left out.
    let known = [here, "\(here)/chaos"].map { paths(in: $0) }.first { !$0.isEmpty } ?? []
    guard let first = known.first else { return "no such plan; the folder \(here) has no plans" }
    let folder = URL(filePath: first).deletingLastPathComponent().relativePath
    let names = known.map { URL(filePath: $0).lastPathComponent }
    if let nearest = nearestWord(to: url.lastPathComponent, among: names) {
      return "no such plan; did you mean `\(folder)/\(nearest)`?"
    }
    let near = nearestWords(to: url.lastPathComponent, among: names, most: 3).map { "`\(folder)/\($0)`" }
    return "no such plan; the nearest are \(near.joined(separator: ", ")); `kvchaos plan list` lists all \(names.count)"
  }
}
