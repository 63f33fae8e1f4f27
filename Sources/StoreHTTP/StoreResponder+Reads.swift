import HTTPTypes
import Hummingbird
import KeyValueStore
import StoreBackends

/// How a GET reads.
enum ReadLevel: String, CaseIterable {
  case cache
  case linearizable
}

extension StoreResponder {
  /// The keys of a page: how many without and at most with `limit`.
  private static let pageDefault = 100
  private static let pageMaximum = 1000

  func get(_ key: Key, _ query: Query) async throws(Problem) -> Response {
    try query.allow("read")
    switch try query.choice("read", default: ReadLevel.cache) {
    case .cache: return found(await service.readCached(key))
    case .linearizable: return found(await service.readLinearizable(key))
    }
  }

  private func found(_ outcome: ReadOutcome) -> Response {
    switch outcome {
    case .row(let row):
      guard let value = row.value else {
        var response = Problem(404, "The key is deleted.").response(operation: row.operation.text)
        response.headers[.eTag] = "\"\(row.version)\""
        return response
      }
      var body = Array("{\"value\":".utf8)
      body.reserveCapacity(value.bytes.count + 32)
      JSONText.append(value.bytes, to: &body)
      body += Array("}\n".utf8)
      return .bytes(200, body, headers: [.eTag: "\"\(row.version)\"", .operationID: row.operation.text])
    case .absent: return Problem(404, "The key was never written.").response(operation: nil)
    case .unavailable(let reason): return unavailable(reason)
    }
  }

  /// A page of keys; `next` is what `after` has to be for the following one, `null` on the last.
  func list(_ query: Query) async throws(Problem) -> Response {
    try query.allow("prefix", "after", "limit")
    let range = KeyRange(prefix: try Self.bound("prefix", query), after: try Self.bound("after", query))
    let limit = try query.integer("limit", default: Self.pageDefault, in: 1...Self.pageMaximum)
    switch await service.list(range, limit: limit) {
    case .page(let keys, let hasMore):
      var body = Array("{\"keys\":[".utf8)
      for (index, key) in keys.enumerated() {
        if index > 0 { body.append(UInt8(ascii: ",")) }
        JSONText.append(key.bytes, to: &body)
      }
      body += Array("],\"next\":".utf8)
      if hasMore, let last = keys.last {
        JSONText.append(last.bytes, to: &body)
      } else {
        body += Array("null".utf8)
      }
      body += Array("}\n".utf8)
      return .bytes(200, body)
    case .unavailable(let reason): return unavailable(reason)
    }
  }

  private static func bound(_ name: String, _ query: Query) throws(Problem) -> [UInt8] {
    let bytes = Array((query[name] ?? "").utf8)
    guard bytes.count <= Key.maximumBytes else {
      throw Problem(400, "\(name) has \(bytes.count) bytes; a key has at most \(Key.maximumBytes).")
    }
    return bytes
  }

  func status(_ operation: OperationID) async -> Response {
    switch await service.status(of: operation) {
    case .recorded(let record):
      var body = Array("{\"operation\":".utf8)
      JSONText.append(record.operation.text.utf8, to: &body)
      body += Array(",\"key\":".utf8)
      JSONText.append(record.key.bytes, to: &body)
      body += Array(",\"version\":\(record.version),\"applied\":\(record.isApplied)}\n".utf8)
      return .bytes(200, body, headers: [.eTag: "\"\(record.version)\"", .operationID: record.operation.text])
    case .notYet:
      return Problem(404, "The operation is not applied (yet), or longer ago than the store remembers.").response(
        operation: operation.text)
    case .unavailable(let reason): return unavailable(reason, operation)
    }
  }

  private func unavailable(_ reason: String, _ operation: OperationID? = nil) -> Response {
    logger.info("a read was not answered", metadata: ["reason": .string(reason)])
    return Problem.unavailable("The table does not answer.").response(operation: operation?.text)
  }
}
