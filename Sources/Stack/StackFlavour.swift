/// What the SQL tier really is.
public enum StackFlavour: String, Sendable, Hashable, CaseIterable, Codable {
  case cockroach
  case patroni
}
