import History

/// Whether every read of all balances shows the same sum, so that no transfer was ever half visible.
enum BankAudit {
  static func run(_ operations: [TimedOperation], sides: Int, total: Int64?) -> AuditResult {
    var result = AuditResult(sides: sides)
    guard let total else {
      result.notes.append("the record does not say what the sum of all balances is")
      return result
    }
    for transfer in operations where transfer.function == "transfer" && transfer.isAcknowledged {
      result.on(transfer.side) { $0.acknowledged += 1 }
    }
    for read in operations where read.function == "read" && read.isAcknowledged {
      guard case .list(let balances) = read.output else { continue }
      let sum = balances.reduce(Int64(0)) { sum, balance in
        guard case .integer(let amount) = balance else { return sum }
        return sum &+ amount
      }
      result.on(read.side) { figures in
        if !read.isFinal { figures.reads += 1 }
        figures.sums += 1
        if sum != total { figures.wrongSums += 1 }
      }
    }
    return result
  }
}
