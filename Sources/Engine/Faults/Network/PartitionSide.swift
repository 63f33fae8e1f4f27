/// A side of a partition: the word of `side` in plans.
public enum PartitionSide: String, Sendable, Hashable, CaseIterable, Codable {
  /// The smallest side; of two that are equal, the first that was drawn.
  case minority
  /// The other side.
  case majority
  /// The node between two sides, which reaches both.
  case bridge
}
