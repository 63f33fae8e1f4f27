import ChaosPlan
import Foundation
import Yams

/// Reads targets from YAML.
package enum TargetFile {
  private static let nameHint = "lower-case words joined by hyphens, like `shop`"
  private static let projectHint =
    "the name of the Compose project, whose containers are the target: lower-case letters, digits, `-` and `_`"
  private static let kindHint =
    "one of \(TechnologyCatalogue.all.map { "`\($0.name)`" }.joined(separator: ", ")), or one for each SQL flavour"

  /// - Throws: `PlanError`, when the file cannot be read too.
  package static func read(path: String) throws(PlanError) -> Target {
    guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else {
      throw PlanError(
        path: path,
        problems: [.init(line: nil, column: nil, message: "the target cannot be read: no such file, or no UTF-8 text")])
    }
    return try parse(text, path: path)
  }

  /// - Throws: `PlanError` with every problem found, each with line, column and the nearest valid word.
  package static func parse(_ text: String, path: String) throws(PlanError) -> Target {
    try FileReading.read(text, path: path, what: "target") { node, problems in
      MappingReader(node, name: "the target", problems: problems).flatMap(target)
    }
  }

  private static func target(_ root: MappingReader) -> Target? {
    let name = root.required("target", hint: nameHint).flatMap { node in
      root.value(of: node, "target", hint: nameHint) { PlanParser.isName($0) ? $0 : nil }
    }
    let compose = root.required("compose", hint: "the Compose project: `{ project: shop }`")
      .flatMap { MappingReader($0, name: "`compose`", problems: root.problems) }
    let project = compose?.required("project", hint: projectHint).flatMap { node in
      compose?.value(of: node, "project", hint: projectHint) { Target.isProject($0) ? $0 : nil }
    }
    compose?.finish()
    let list = root.required("tiers", hint: "names with a `kind` each")
      .flatMap { MappingReader($0, name: "`tiers`", problems: root.problems) }
    root.finish()
    guard let list else { return nil }
    let entries = list.namedMappings()
    if entries.isEmpty { root.problems.add("`tiers` is empty; a target has at least one", at: list.node) }
    let tiers = entries.compactMap { name, key, mapping -> TargetTier? in
      if !PlanParser.isName(name) || name == Selector.wholeStack {
        root.problems.add("a tier must be \(nameHint), and not `\(Selector.wholeStack)`", at: key)
      }
      return tier(name, mapping)
    }
    checkServices(tiers, list)
    guard let name, let project else { return nil }
    return Target(name: name, project: project, tiers: tiers)
  }

  private static func tier(_ name: String, _ reader: MappingReader) -> TargetTier? {
    if reader.optional("kind") == nil {
      // Also where it is misspelt: `finish`, which reports that elsewhere, is not reached without a technology.
      reader.problems.add("\(reader.name) has no `kind`; it needs \(kindHint)", at: reader.node)
    }
    let kind = reader.optional("kind").flatMap { node in
      node.mapping == nil
        ? reader.technology(node).map(TargetTier.Kind.always)
        : MappingReader(node, name: "`kind`", problems: reader.problems).flatMap { byFlavour($0, reader) }
    }
    let services = reader.words("services", hint: "a list of services of the Compose project, like `[db-1, db-2]`")
    let nodes = reader.integer("nodes", in: 1...1_000)
    if services != nil, nodes != nil {
      reader.problems.add("`nodes` is the number of `services`; leave it out", at: reader.optional("nodes"))
    }
    let ready = reader.words("ready", hint: "a command, like `[pg_isready, -q]`")
    // Which other words belong to the tier is the technology's to say.
    guard let kind else { return nil }
    reader.finish()
    return TargetTier(
      tier: Tier(rawValue: name), services: services.map(Set.init), nodes: services?.count ?? nodes, kind: kind,
      ready: ready)
  }

  private static func byFlavour(_ reader: MappingReader, _ tier: MappingReader) -> TargetTier.Kind? {
    let words = SQLFlavour.allCases.compactMap { flavour in reader.optional(flavour.rawValue).map { (flavour, $0) } }
    reader.finish()
    if reader.node.mapping?.isEmpty == true {
      reader.problems.add("`kind` names no technology; it must be \(kindHint)", at: reader.node)
    }
    let technologies = words.compactMap { flavour, node in tier.technology(node).map { (flavour, $0) } }
    guard !words.isEmpty, technologies.count == words.count else { return nil }
    return .byFlavour(Dictionary(technologies) { first, _ in first })
  }

  /// A container is a node of one tier.
  private static func checkServices(_ tiers: [TargetTier], _ list: MappingReader) {
    var owners: [String: Tier] = [:]
    for tier in tiers {
      for service in (tier.services ?? []).sorted() {
        if let owner = owners.updateValue(tier.tier, forKey: service) {
          list.problems.add(
            "`\(service)` is a service of `\(owner.rawValue)` and of `\(tier.tier.rawValue)`; it can be of one",
            at: list.optional(tier.tier.rawValue))
        }
      }
    }
  }
}

extension MappingReader {
  /// The technology that a word names, with its settings from this mapping.
  fileprivate func technology(_ node: Node) -> (any Technology)? {
    choice(node, "kind", what: "kind", words: TechnologyCatalogue.all.map { $0.name })
      .flatMap(TechnologyCatalogue.technology).map { $0.init(self) }
  }
}
