import Escaping
import HTTPTypes
import Hummingbird
import KeyValueStore
import WallClock

extension StoreResponder {
  typealias Acknowledgement = StoreService<ContinuousClock>.Acknowledgement

  /// The common part of PUT and DELETE.
  private struct Terms {
    let acknowledgement: Acknowledgement
    let condition: Command.Condition?
  }

  func put(_ request: Request, _ query: Query) async -> Response {
    var operation: OperationID?
    // Reserved until the answer, because the value is in memory for that time.
    var share = BodyBudget.Share(of: bodies)
    do throws(Problem) {
      let id = try Self.operation(request.headers[.idempotencyKey])
      operation = id
      let terms = try Self.terms(request, query)
      try Self.checkMediaType(request.headers)
      let (key, value) = try EntryParser.entry(try await body(of: request, &share))
      let outcome = await service.write(
        .put(value), key: key, condition: terms.condition, operation: id,
        madeAtMilliseconds: Self.made(request.headers), acknowledgement: terms.acknowledgement)
      return try answer(outcome, key: key, value: value, operation: id, queuedStatus: 200)
    } catch {
      return refuse(error, operation)
    }
  }

  func delete(_ key: Key, _ request: Request, _ query: Query) async -> Response {
    var operation: OperationID?
    do throws(Problem) {
      let id = try Self.operation(request.headers[.idempotencyKey])
      operation = id
      let terms = try Self.terms(request, query)
      let outcome = await service.write(
        .delete, key: key, condition: terms.condition, operation: id,
        madeAtMilliseconds: Self.made(request.headers), acknowledgement: terms.acknowledgement)
      return try answer(outcome, key: key, value: nil, operation: id, queuedStatus: 202)
    } catch {
      return refuse(error, operation)
    }
  }

  // MARK: what is asked

  /// The operation id of a write: the client's, or the proxy's, or a new one.
  private static func operation(_ header: String?) throws(Problem) -> OperationID {
    guard let header else { return .random() }
    do {
      return try OperationID(header)
    } catch {
      throw .invalid("Idempotency-Key: \(error.description)")
    }
  }

  /// When the operation id was made, in milliseconds since 1970: just now, or when the proxy says that it made it.
  /// `nil` where the client made it.
  private static func made(_ headers: HTTPFields) -> Int64? {
    guard headers[.idempotencyKey] != nil else { return wallClockMilliseconds() }
    guard let seconds = headers[.operationMade].flatMap({ Double($0) }), (0...1e11).contains(seconds) else {
      return nil
    }
    return Int64((seconds * 1000).rounded())
  }

  private static func terms(_ request: Request, _ query: Query) throws(Problem) -> Terms {
    try query.allow("ack")
    let acknowledgement = try query.choice("ack", default: Acknowledgement.queued)
    let condition = try condition(request.headers)
    guard condition == nil || acknowledgement == .committed else {
      throw Problem(
        400, "If-Match and If-None-Match need ack=committed: whether a condition holds is known only at the commit.")
    }
    return Terms(acknowledgement: acknowledgement, condition: condition)
  }

  /// `If-Match: "17"` or `If-None-Match: *`; every other condition is refused, because none may be ignored.
  private static func condition(_ headers: HTTPFields) throws(Problem) -> Command.Condition? {
    switch (headers[.ifMatch], headers[.ifNoneMatch]) {
    case (nil, nil): return nil
    case (nil, "*"): return .absent
    case (let tag?, nil):
      let digits = tag.dropFirst().dropLast()
      guard tag.utf8.count >= 3, tag.first == "\"", tag.last == "\"",
        digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        let version = Int64(digits), version > 0
      else { throw Problem(400, "If-Match must be one version as an ETag gives it, such as \"17\" with its quotes.") }
      return .version(version)
    case (nil, _?): throw Problem(400, "If-None-Match of a write must be * (the key must be absent).")
    case (_?, _?): throw Problem(400, "If-Match and If-None-Match cannot be combined.")
    }
  }

  private static func checkMediaType(_ headers: HTTPFields) throws(Problem) {
    let parts = (headers[.contentType] ?? "").lowercased().split(separator: ";").map { $0.filter { $0 != " " } }
    guard parts.first == "application/json",
      parts.dropFirst().allSatisfy({ !$0.hasPrefix("charset=") || $0 == "charset=utf-8" || $0 == "charset=\"utf-8\"" })
    else { throw Problem(415, "The body must be application/json, in UTF-8.") }
    guard headers[.contentEncoding] == nil || headers[.contentEncoding]?.lowercased() == "identity" else {
      throw Problem(415, "The body must not be compressed.")
    }
  }

  /// The maximum size of a PUT's body: a value whose every byte is escaped (`\u0000`), a key alike, and braces.
  static let bodyMaximumBytes = (Value.maximumBytes + Key.maximumBytes) * 6 + 1024

  private func body(of request: Request, _ share: inout BodyBudget.Share) async throws(Problem) -> [UInt8] {
    let tooLarge = Problem(413, "The body has more than \(Self.bodyMaximumBytes) bytes.")
    let tooMuch = Problem.unavailable("The write was not applied: too many large values are in flight.")
    var bytes: [UInt8] = []
    if let length = request.headers[.contentLength].flatMap({ Int($0) }) {
      guard length <= Self.bodyMaximumBytes else { throw tooLarge }
      guard share.reach(length) else { throw tooMuch }
      bytes.reserveCapacity(max(length, 0))
    }
    var hasRoom = true
    do {
      for try await chunk in request.body {
        hasRoom = share.reach(bytes.count + chunk.readableBytes)
        guard hasRoom else { break }
        bytes.append(contentsOf: chunk.readableBytesView)
        if bytes.count > Self.bodyMaximumBytes { break }
      }
    } catch {
      throw Problem(400, "The body could not be read to its end.")
    }
    guard hasRoom else { throw tooMuch }
    guard bytes.count <= Self.bodyMaximumBytes else { throw tooLarge }
    return bytes
  }

  // MARK: what is answered

  private func answer(
    _ outcome: WriteOutcome, key: Key, value: Value?, operation: OperationID, queuedStatus: Int
  ) throws(Problem) -> Response {
    switch outcome {
    case .queued:
      return accepted(queuedStatus, key: key, value: value, operation: operation, version: nil)
    case .committed(let version):
      return accepted(200, key: key, value: value, operation: operation, version: version)
    case .refused(let version):
      // Version 0 is a key that was never written: it has no entity, hence no tag.
      throw Problem(
        412, "The condition did not hold: the key \(version == 0 ? "was never written" : "had version \(version)").",
        headers: version == 0 ? [:] : [.eTag: "\"\(version)\""])
    case .conflict:
      throw .invalid("The Idempotency-Key was used for another write before: another key, value or condition.")
    case .notApplied(let reason): throw .unavailable("The write was not applied: \(reason).")
    case .unknown(let reason):
      throw Problem(
        504, "The write may or may not be applied: \(reason). GET /operations/{operation} settles it.", isUnknown: true)
    }
  }

  private func accepted(
    _ status: Int, key: Key, value: Value?, operation: OperationID, version: Int64?
  ) -> Response {
    var body: [UInt8] = []
    body.reserveCapacity(key.bytes.count + (value?.bytes.count ?? 0) + 128)
    body += Array("{\"key\":".utf8)
    Escaping.appendJSON(key.bytes, to: &body)
    if let value {
      body += Array(",\"value\":".utf8)
      Escaping.appendJSON(value.bytes, to: &body)
    }
    body += Array(",\"operation\":".utf8)
    Escaping.appendJSON(operation.text.utf8, to: &body)
    body += Array(",\"ack\":\"\(version == nil ? "queued" : "committed")\"".utf8)
    if let version { body += Array(",\"version\":\(version)".utf8) }
    body += Array("}\n".utf8)
    var headers: HTTPFields = [.operationID: operation.text]
    if let version { headers[.eTag] = "\"\(version)\"" }
    return .bytes(status, body, headers: headers)
  }

  private func refuse(_ problem: Problem, _ operation: OperationID?) -> Response {
    if problem.status >= 500 {
      logger.info(
        "a write was not acknowledged",
        metadata: [
          "status": "\(problem.status)", "operation": .string(operation?.text ?? ""), "reason": .string(problem.detail),
        ])
    }
    return problem.response(operation: operation?.text)
  }
}
