import Yams

/// Reads files of words that people write: plans and targets.
package enum FileReading {
  /// - Parameters:
  ///   - path: how messages name the file.
  ///   - what: the file's content in a word, as `plan`.
  ///   - read: reads the document, and reports what is wrong with it.
  /// - Throws: `PlanError` with every problem found, each with line, column and the nearest valid word.
  package static func read<Value>(
    _ text: String, path: String, what: String, _ read: (Node, ProblemList) -> Value?
  ) throws(PlanError) -> Value {
    let problems = ProblemList()
    let value = document(text, what, problems).flatMap { read($0, problems) }
    guard let value, problems.problems.isEmpty else {
      let ordered = problems.problems.enumerated().sorted { left, right in
        (left.element.line ?? 0, left.offset) < (right.element.line ?? 0, right.offset)
      }
      precondition(!ordered.isEmpty, "a file that could not be read has at least one problem")
      throw PlanError(path: path, problems: ordered.map(\.element))
    }
    return value
  }

  private static func document(_ text: String, _ what: String, _ problems: ProblemList) -> Node? {
    do {
      guard let node = try Yams.compose(yaml: text), node.mapping?.isEmpty != true, node.null == nil else {
        problems.add("the file has no \(what) in it; see `chaos/` for examples", mark: nil)
        return nil
      }
      return node
    } catch let error as YamlError {
      problems.add(error: error)
    } catch {
      problems.add("cannot be read as YAML: \(error)", mark: nil)
    }
    return nil
  }
}

extension ProblemList {
  /// What the YAML library says, with its place.
  fileprivate func add(error: YamlError) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      add("not YAML: \(problem)", mark: mark)
    case .duplicatedKeysInMapping(let duplicates, let context):
      add("the word `\(duplicates.joined(separator: "`, `"))` is repeated in one mapping", mark: context.mark)
    case .reader(let problem, _, _, _):
      add("not YAML: \(problem)", mark: nil)
    case .dataCouldNotBeDecoded:
      add("not UTF-8 text", mark: nil)
    case .no, .memory, .writer, .representer, .emitter:
      add("cannot be read as YAML: \(error)", mark: nil)
    }
  }
}
