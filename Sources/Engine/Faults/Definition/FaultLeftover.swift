/// A trace of a fault in a running container that is in no ledger: how it is found, and taken back.
public struct FaultLeftover: Sendable, Hashable {
  /// What `kvchaos residue` calls it. Faults that leave the same trace have the same word.
  public let word: String
  /// A shell script that prints the word where the trace is, and ends with 1 where that cannot be read.
  let search: String
  /// A shell script that takes it back.
  let removal: String
}
