import Yams

/// Derives other plans from a plan's text: with fewer faults, fewer clients or less time, or with longer random faults.
/// It edits the YAML itself, so that other fields stay unchanged; comments are lost.
public struct PlanEditor: Sendable {
  /// How much of the plan stays.
  public struct Cut: Sendable, Hashable {
    /// The positions of the faults that stay, in the list of the file.
    public var faults: [Int]
    public var clients: Int
    /// Every time of the plan (steady states, and of each fault when and how long), in percent of what it was.
    public var timePercent: Int

    public init(faults: [Int], clients: Int, timePercent: Int) {
      self.faults = faults
      self.clients = clients
      self.timePercent = timePercent
    }
  }

  private static let times: Set<String> = ["at", "duration", "before", "after"]

  private let file: PlanFile
  /// How many faults the file's list has.
  public let faultCount: Int

  /// - Throws: `PlanError` for what is no plan.
  public init(_ file: PlanFile) throws(PlanError) {
    self.file = file
    faultCount = try Self.root(file)["faults"]?.sequence?.count ?? 0
  }

  /// Read again for every cut: a node is a class inside, and must not be shared between tasks.
  private static func root(_ file: PlanFile) throws(PlanError) -> Node {
    do {
      if let root = try Yams.compose(yaml: file.text), root.mapping != nil { return root }
    } catch {
      throw PlanError(
        path: file.path, problems: [.init(line: nil, column: nil, message: "cannot be read as YAML: \(error)")])
    }
    throw PlanError(path: file.path, problems: [.init(line: nil, column: nil, message: "has no plan in it")])
  }

  /// The plan with a cut, under another name.
  ///
  /// - Throws: `PlanError` when what is left is no valid plan.
  public func plan(_ cut: Cut, name: String, path: String) throws(PlanError) -> PlanFile {
    var node = try Self.root(file)
    node["name"] = Node(name)
    if var workload = node["workload"] {
      workload["clients"] = Node(String(cut.clients), Tag(.int))
      node["workload"] = workload
    }
    if let steady = node["steady-state"] { node["steady-state"] = Self.scaled(steady, percent: cut.timePercent) }
    if let faults = node["faults"]?.sequence {
      let kept = cut.faults.map { Self.scaled(faults[$0], percent: cut.timePercent) }
      node["faults"] = Node(kept, Tag(.seq), kept.isEmpty ? .flow : .block)
    }
    return try planFile(node, path: path)
  }

  /// The plan with its random faults going on for this time instead of the file's; the name stays.
  ///
  /// - Parameter length: a duration as plans write it, like `30m`.
  /// - Throws: `PlanError` when it has no random faults, or `length` is no such duration.
  public func lasting(_ length: String) throws(PlanError) -> PlanFile {
    var node = try Self.root(file)
    var count = 0
    if let faults = node["faults"] { node["faults"] = Self.lasting(faults, length, &count) }
    guard count > 0 else {
      throw PlanError(
        path: file.path,
        problems: [.init(line: nil, column: nil, message: "has no `random` faults that could run for `\(length)`")])
    }
    return try planFile(node, path: file.path)
  }

  private static func lasting(_ node: Node, _ length: String, _ count: inout Int) -> Node {
    if let items = node.sequence {
      return Node(items.map { lasting($0, length, &count) }, node.tag, items.style)
    }
    guard let mapping = node.mapping else { return node }
    var pairs: [(Node, Node)] = []
    for (key, value) in mapping {
      var value = lasting(value, length, &count)
      if key.scalar?.string == "random", value.mapping != nil {
        value["for"] = Node(length)
        count += 1
      }
      pairs.append((key, value))
    }
    return Node(pairs, node.tag, mapping.style)
  }

  private func planFile(_ node: Node, path: String) throws(PlanError) -> PlanFile {
    let text: String
    do {
      text = try Yams.serialize(node: node, width: -1)
    } catch {
      throw PlanError(path: path, problems: [.init(line: nil, column: nil, message: "cannot be written: \(error)")])
    }
    return PlanFile(path: path, text: text, plan: try PlanParser.parse(text, path: path, target: file.plan.target))
  }

  /// Every time at any depth: groups of faults have theirs inside.
  private static func scaled(_ node: Node, percent: Int) -> Node {
    guard percent != 100 else { return node }
    if let items = node.sequence {
      return Node(items.map { scaled($0, percent: percent) }, node.tag, items.style)
    }
    guard let mapping = node.mapping else { return node }
    let pairs = mapping.map { key, value -> (Node, Node) in
      guard times.contains(key.scalar?.string ?? ""), let text = value.scalar?.string,
        let duration = Units.duration(text), duration > .zero
      else { return (key, scaled(value, percent: percent)) }
      let milliseconds = max(Int(duration / .milliseconds(1)) * percent / 100, 500)
      return (key, Node("\(milliseconds)ms"))
    }
    return Node(pairs, node.tag, mapping.style)
  }
}
