import Yams

extension PlanParser {
  /// `workload: { … }`; `nil`, with problems reported, where a required field is missing or wrong.
  static func workload(_ reader: MappingReader) -> WorkloadSettings? {
    let kind = reader.required("kind", hint: "what the clients do: `register`")
      .flatMap { reader.choice($0, "kind", what: "workload kind", of: WorkloadKind.self) }
    let clients = required(reader, "clients", in: 1...256)
    let keys = required(reader, "keys", in: 1...100_000)
    let freshKeyShare = reader.share("fresh-key-share") ?? 0
    let readShare = reader.share("read-share") ?? 0.5
    let deleteNode = reader.optional("delete-share")
    let deleteShare =
      deleteNode.flatMap { node in
        reader.value(of: node, "delete-share", hint: "a share from 0 to 1", parse: Units.share)
      } ?? 0
    if readShare + deleteShare > 1 {
      reader.problems.add("`read-share` and `delete-share` are more than 1 together", at: deleteNode ?? reader.node)
    }
    let acknowledgements = mix(reader, "ack", what: "acknowledgement level", of: AcknowledgementLevel.self)
    let reads = mix(reader, "read", what: "read level", of: ReadLevel.self)
    let valueBytes = reader.value(
      "value-size", hint: "a size from 1KiB to 1MiB, like `512KiB`", parse: Units.valueSize)
    let rate = reader.value("rate", hint: "operations a second, like `150/s`", parse: Units.ratePerSecond)
    reader.finish()
    guard let kind, let clients, let keys else { return nil }
    return WorkloadSettings(
      kind: kind, clients: clients, keys: keys, freshKeyShare: freshKeyShare, readShare: readShare,
      deleteShare: deleteShare, acknowledgements: acknowledgements ?? Mix(.queued), reads: reads ?? Mix(.cache),
      valueBytes: valueBytes, ratePerSecond: rate)
  }

  private static func required(_ reader: MappingReader, _ word: String, in range: ClosedRange<Int>) -> Int? {
    let hint = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return reader.required(word, hint: hint).flatMap { node in
      reader.value(of: node, word, hint: hint) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }
  }

  /// One word, or a mapping of words to shares that sum to 1.
  private static func mix<Choice>(
    _ reader: MappingReader, _ word: String, what: String, of: Choice.Type
  ) -> Mix<Choice>? where Choice: RawRepresentable & CaseIterable & Hashable & Sendable, Choice.RawValue == String {
    guard let node = reader.optional(word) else { return nil }
    guard node.mapping != nil else {
      return reader.choice(node, word, what: what, of: Choice.self).map { Mix($0) }
    }
    guard let shares = MappingReader(node, name: "`\(word)`", problems: reader.problems) else { return nil }
    let parts = Choice.allCases.compactMap { choice in
      shares.share(choice.rawValue).map { Mix<Choice>.Part(choice, share: $0) }
    }.filter { $0.share > 0 }
    shares.finish()
    let sum = parts.reduce(0) { $0 + $1.share }
    guard abs(sum - 1) < 0.001 else {
      reader.problems.add("the shares of `\(word)` must sum to 1", at: node)
      return nil
    }
    return Mix(parts: parts)
  }
}
