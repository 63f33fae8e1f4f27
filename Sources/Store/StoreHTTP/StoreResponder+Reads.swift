import Escaping
import HTTPTypes
import Hummingbird
import KeyValueStore

/// How a GET reads.
enum ReadLevel: String, CaseIterable {
  case cache
  case linearizable
}

extension StoreResponder {
  /// The keys of a page: how many without and at most with `limit`.
  private static let pageDefault = 100
  private static let pageMaximum = 1000

  func get(_ key: Key, _ request: Request, _ query: Query) async throws(Problem) -> Response {
    try query.allow("read", "after")
    let level = try query.choice("read", default: ReadLevel.cache)
    let outcome: ReadOutcome
    if let text = query["after"] {
      let operation: OperationID
      do {
        operation = try OperationID(text)
      } catch {
        throw Problem(400, "after: \(error.description)")
      }
      outcome = await service.read(key, after: operation, consistency: level == .cache ? .plain : .linearizable)
    } else {
      outcome =
        switch level {
        case .cache: await service.readCached(key)
        case .linearizable: await service.readLinearizable(key)
        }
    }
    return try found(outcome, request.headers[.ifNoneMatch])
  }

  private func found(_ outcome: ReadOutcome, _ ifNoneMatch: String?) throws(Problem) -> Response {
    switch outcome {
    case .row(let row):
      return found(row.value, row.operation, tag: "\"\(row.version)\"", ifNoneMatch)
    case .pending(let write):
      // It has no version yet, hence no tag.
      var response = found(write.value, write.operation, tag: nil, ifNoneMatch)
      response.headers[.operationState] = "pending"
      return response
    case .absent: return Problem(404, "The key was never written.").response(operation: nil)
    case .notSettled: throw .unavailable("The operation that `after` names is not settled yet.")
    case .otherKey: throw .invalid("The operation that `after` names is a write to another key.")
    case .unavailable(let reason): return unavailable(reason)
    }
  }

  private func found(_ value: Value?, _ operation: OperationID, tag: String?, _ ifNoneMatch: String?) -> Response {
    guard let value else {
      var response = Problem(404, "The key is deleted.").response(operation: operation.text)
      response.headers[.eTag] = tag
      return response
    }
    var headers: HTTPFields = [.operationID: operation.text]
    headers[.eTag] = tag
    if let ifNoneMatch, EntityTags(ifNoneMatch).match(tag) {
      var response = Response(status: .notModified, headers: headers)
      // No length of 0 here: it would describe the value.
      response.headers[.contentLength] = nil
      return response
    }
    var body = Array("{\"value\":".utf8)
    body.reserveCapacity(value.bytes.count + 32)
    Escaping.appendJSON(value.bytes, to: &body)
    body += Array("}\n".utf8)
    return .bytes(200, body, headers: headers)
  }

  /// A page of keys; `next` is the value of `after` for the following page, `null` on the last.
  func list(_ query: Query) async throws(Problem) -> Response {
    try query.allow("prefix", "after", "limit")
    let range = KeyRange(prefix: try Self.bound("prefix", query), after: try Self.bound("after", query))
    let limit = try query.integer("limit", default: Self.pageDefault, in: 1...Self.pageMaximum)
    switch await service.list(range, limit: limit) {
    case .page(let keys, let hasMore):
      var body = Array("{\"keys\":[".utf8)
      for (index, key) in keys.enumerated() {
        if index > 0 { body.append(UInt8(ascii: ",")) }
        Escaping.appendJSON(key.bytes, to: &body)
      }
      body += Array("],\"next\":".utf8)
      if hasMore, let last = keys.last {
        Escaping.appendJSON(last.bytes, to: &body)
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
      Escaping.appendJSON(record.operation.text.utf8, to: &body)
      body += Array(",\"key\":".utf8)
      Escaping.appendJSON(record.key.bytes, to: &body)
      body += Array(",\"version\":\(record.version),\"applied\":\(record.isApplied)}\n".utf8)
      return .bytes(200, body, headers: [.eTag: "\"\(record.version)\"", .operationID: record.operation.text])
    case .notYet:
      return Problem(404, "The operation is not applied yet, or the store no longer remembers it.").response(
        operation: operation.text)
    case .unavailable(let reason): return unavailable(reason, operation)
    }
  }

  private func unavailable(_ reason: String, _ operation: OperationID? = nil) -> Response {
    logger.info("a read was not answered", metadata: ["reason": .string(reason)])
    return Problem.unavailable("The table does not answer.").response(operation: operation?.text)
  }
}
