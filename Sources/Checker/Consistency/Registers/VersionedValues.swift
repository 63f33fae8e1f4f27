import History

/// Distinguishes the writes of one value by the versions that the store gave: two deletes leave the same absence, but
/// under different versions.
///
/// A version is trusted: a read saw the write with the same version. What stays as it is, for the search: reads of a
/// version that no write is known to have, with the writes whose versions are not known; and a value as a whole when
/// some read of it has no version and may have seen any of its writes.
enum VersionedValues {
  private struct Group {
    var writes: [Int] = []
    var reads: [Int] = []
  }

  /// - Parameter version: of an operation, from its answer or from the store's record.
  static func distinguish(_ ops: inout [RegisterOp], version: (RegisterOp) -> Int64?) {
    // What a compare-and-set expects is a value, not a version of it.
    guard ops.allSatisfy({ $0.kind == .read || $0.kind == .write }) else { return }
    var numbers = Numbering(capacity: ops.count / 2)
    var writeCounts: [Int32] = []
    for op in ops where op.kind == .write {
      let number = numbers.number(of: op.value.bits)
      if number == writeCounts.count { writeCounts.append(0) }
      // Absence has one writer more: the beginning.
      writeCounts[number] += op.value.isNull ? 2 : 1
    }
    // Most values are written once, and nothing has to be gathered.
    guard writeCounts.contains(where: { $0 > 1 }) else { return }
    var places = Array(repeating: -1, count: writeCounts.count)
    var groups: [Group] = []
    for (index, op) in ops.enumerated() {
      guard let number = numbers.known(op.value.bits), writeCounts[number] > 1 else { continue }
      if places[number] < 0 {
        places[number] = groups.count
        groups.append(Group())
      }
      let place = places[number]
      if op.kind == .write { groups[place].writes.append(index) } else { groups[place].reads.append(index) }
    }
    for group in groups { distinguish(group, in: &ops, version: version) }
  }

  private static func distinguish(_ group: Group, in ops: inout [RegisterOp], version: (RegisterOp) -> Int64?) {
    var firstCall = Op.never
    for write in group.writes { firstCall = min(firstCall, ops[write].call) }
    for read in group.reads where version(ops[read]) == nil && ops[read].ret > firstCall { return }
    var writeOf: [Int64: Int] = [:]
    var isAmbiguous: Set<Int64> = []
    for write in group.writes {
      guard let version = version(ops[write]) else { continue }
      if writeOf.updateValue(write, forKey: version) != nil { isAmbiguous.insert(version) }
    }
    for (version, write) in writeOf where !isAmbiguous.contains(version) {
      ops[write].value = Token(bits: Token.null.bits | 1 << 32 | UInt64(write))
    }
    for read in group.reads {
      guard let version = version(ops[read]), !isAmbiguous.contains(version), let write = writeOf[version] else {
        continue
      }
      ops[read].value = ops[write].value
    }
  }
}
