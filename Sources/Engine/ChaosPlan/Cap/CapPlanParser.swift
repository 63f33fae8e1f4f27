import Faults
import Foundation
import Yams

/// Reads the plans of the CAP ledger from YAML.
public enum CapPlanParser {
  /// The faults that cells can use: for each of them it is known which nodes remain to serve which clients.
  static let kinds: [FaultKind] = [.kill, .pause, .isolate, .partition]

  /// Reads the file of a plan. Throws `PlanError`.
  public static func plan(path: String) throws(PlanError) -> CapPlan {
    guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else {
      throw PlanError(path: path, problems: [.init(line: nil, column: nil, message: "cannot be read as UTF-8 text")])
    }
    return try parse(text, path: path)
  }

  /// Whether a text is meant to be such a plan: it has `cells`.
  public static func isCapPlan(_ text: String) -> Bool {
    (try? Yams.compose(yaml: text))?.mapping?.keys.contains { $0.scalar?.string == "cells" } ?? false
  }

  /// - Throws: `PlanError` with every problem found, each with line, column and the nearest valid word.
  public static func parse(_ text: String, path: String) throws(PlanError) -> CapPlan {
    try PlanParser.parse(text, path: path, plan)
  }

  private static func plan(_ node: Node, _ problems: ProblemList) -> CapPlan? {
    guard let root = MappingReader(node, name: "the plan", problems: problems) else { return nil }
    let nameHint = "lower-case words joined by hyphens, like `redis`"
    let name = root.required("name", hint: nameHint).flatMap { node in
      root.value(of: node, "name", hint: nameHint) { PlanParser.isName($0) ? $0 : nil }
    }
    let description = root.required("description", hint: "what the cells ask, in a sentence")
      .flatMap { root.text($0, "description", hint: "what the cells ask, in a sentence") }
    let tier = root.required(
      "tier", hint: "one of \(CapTier.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "))"
    )
    .flatMap { root.choice($0, "tier", what: "tier", of: CapTier.self) }
    let faults = root.required("faults", hint: "names with a fault each").map { self.faults($0, problems) }
    let list = root.required("cells", hint: "a list of variants with a workload and faults")
    root.finish()
    guard let name, let description, let tier, let faults, let list else { return nil }
    guard let items = list.sequence, !items.isEmpty else {
      problems.add("`cells` must be a list that is not empty", at: list)
      return nil
    }
    var cells: [CapPlanCell] = []
    for item in items {
      for cell in self.cells(item, tier, faults, problems) {
        if cells.contains(where: { $0.name == cell.name }) {
          problems.add("the cell `\(cell.name)` is repeated", at: item)
        } else {
          cells.append(cell)
        }
      }
    }
    return CapPlan(name: name, description: description, tier: tier, cells: cells)
  }

  /// `master-killed: { kill: { tier: redis, role: master }, duration: 8s }`
  private static func faults(_ node: Node, _ problems: ProblemList) -> [CapFault] {
    guard let mapping = node.mapping, !mapping.isEmpty else {
      problems.add("`faults` must be names with a fault each, and not empty", at: node)
      return []
    }
    // A cell may take down a majority, or all, of a tier.
    let frame = PlanFrame(safety: SafetySettings(allowMajorityLoss: true))
    return mapping.compactMap { key, value in
      guard let name = key.scalar?.string, PlanParser.isName(name) else {
        problems.add("a fault's name must be lower-case words joined by hyphens, like `master-killed`", at: key)
        return nil
      }
      guard case .fault(let fault)? = PlanParser.step(value, frame: frame, problems: problems)?.step else {
        if problems.problems.isEmpty { problems.add("a cell has one fault, not a group of them", at: value) }
        return nil
      }
      let kind = fault.action.kind
      if !kinds.contains(kind) {
        let known = kinds.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        problems.add("`\(kind.rawValue)` cannot be the fault of a cell; use one of \(known)", at: value)
      }
      if fault.at != .zero || fault.every != nil {
        problems.add("a cell's fault strikes once, after its steady state: it has no `at` and no `every`", at: value)
      }
      if fault.selector.tier == nil || fault.selector.side != nil {
        problems.add("a cell's fault strikes one tier, so it takes no `side`", at: value)
      }
      let cell = CapFault(name: name, action: fault.action, selector: fault.selector, duration: fault.duration)
      if let partition = cell.partition, partition.shape != .halves {
        problems.add("a cell's partition has two sides: `shape: halves`", at: value)
      }
      return cell
    }
  }

  /// `{ variant: plain, workload: register, faults: [master-killed, split] }`
  private static func cells(
    _ node: Node, _ tier: CapTier, _ faults: [CapFault], _ problems: ProblemList
  ) -> [CapPlanCell] {
    guard let reader = MappingReader(node, name: "a cell", problems: problems) else { return [] }
    let variants = tier.variants.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    let variantNode = reader.required("variant", hint: "one of \(variants)")
    let variant = variantNode.flatMap { reader.choice($0, "variant", what: "variant", of: CapVariant.self) }
    if let variant, !tier.variants.contains(variant) {
      problems.add("`\(tier.rawValue)` has no variant `\(variant.rawValue)`; it has \(variants)", at: variantNode)
    }
    let workloads = tier.workloads.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    let workloadNode = reader.required("workload", hint: "one of \(workloads)")
    let workload = workloadNode.flatMap { reader.choice($0, "workload", what: "workload", of: CapWorkload.self) }
    if let workload, !tier.workloads.contains(workload) {
      problems.add("`\(tier.rawValue)` has no workload `\(workload.rawValue)`; it has \(workloads)", at: workloadNode)
    }
    let list = reader.required("faults", hint: "a list of names of `faults`")
    reader.finish()
    guard let variant, let workload, let list else { return [] }
    guard let items = list.sequence, !items.isEmpty else {
      problems.add("`faults` of a cell must be a list of names that is not empty", at: list)
      return []
    }
    return items.compactMap { item in
      let name = item.scalar?.string ?? ""
      guard let fault = faults.first(where: { $0.name == name }) else {
        // A fault that could not be read has been reported already.
        problems.addUnknown("fault", name, words: faults.map(\.name), at: item)
        return nil
      }
      return CapPlanCell(tier: tier, variant: variant, workload: workload, fault: fault)
    }
  }
}
