import FoundationEssentials
import HTTPTypes
import Hummingbird
import KeyValueStore
import Logging
import ServiceMetrics
import StoreBackends

/// Turns requests into the store's operations and their outcomes into answers (DESIGN, section 2).
struct StoreResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  let service: StoreService<ContinuousClock>
  let readiness: Readiness
  let metrics: APIMetrics
  let logger: Logger

  func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    let start = ContinuousClock.now
    metrics.inFlight.add(1)
    defer { metrics.inFlight.add(-1) }
    let response: Response
    var measured: (route: APIMetrics.Route, operation: APIMetrics.Operation) = (.other, .other)
    do throws(Problem) {
      let (route, query) = try StoreRequest.route(request.head.path ?? "")
      measured = Self.measured(route, request.method, query)
      response = await self.response(to: request, route, query)
    } catch {
      response = error.response(operation: nil)
    }
    metrics.record(
      measured.route, request.method, response.status.code, measured.operation, ContinuousClock.now - start)
    return response
  }

  /// Under which labels a request is counted.
  private static func measured(
    _ route: StoreRequest.Route, _ method: HTTPRequest.Method, _ query: [String: String]
  ) -> (APIMetrics.Route, APIMetrics.Operation) {
    let isCommitted = query["ack"] == Acknowledgement.committed.rawValue
    switch (route, method) {
    case (.collection, .put): return (.store, isCommitted ? .putCommitted : .putQueued)
    case (.collection, _): return (.store, .other)
    case (.key, .get):
      return (.key, query["read"] == ReadLevel.linearizable.rawValue ? .getLinearizable : .getCache)
    case (.key, .delete): return (.key, isCommitted ? .deleteCommitted : .deleteQueued)
    case (.key, _): return (.key, .other)
    case (.operation, _): return (.operation, .status)
    case (.live, _), (.ready, _): return (.health, .other)
    case (.metrics, _): return (.metrics, .other)
    }
  }

  private func response(
    to request: Request, _ route: StoreRequest.Route, _ query: [String: String]
  ) async -> Response {
    switch (route, request.method) {
    case (.collection, .put): return await put(request, query)
    case (.key(let key), .get): return await get(key, query)
    case (.key(let key), .delete): return await delete(key, request, query)
    case (.operation(let operation), .get): return await status(operation)
    case (.live, .get): return json(200, "{\"status\":\"live\"}\n")
    case (.ready, .get):
      let report = readiness.report()
      return json(report.isReady ? 200 : 503, report.json + "\n")
    case (.metrics, .get):
      return bytes(200, Array(metrics.registry.text().utf8), headers: [.contentType: MetricsRegistry.contentType])
    case (.collection, _): return notAllowed("PUT")
    case (.key, _): return notAllowed("GET, DELETE")
    case (.operation, _), (.live, _), (.ready, _), (.metrics, _): return notAllowed("GET")
    }
  }

  private func notAllowed(_ methods: String) -> Response {
    Problem(405, "This path knows only \(methods).", allow: methods).response(operation: nil)
  }

  private func json(_ status: Int, _ text: String, headers: HTTPFields = [:]) -> Response {
    bytes(status, Array(text.utf8), headers: headers)
  }

  private func bytes(_ status: Int, _ body: [UInt8], headers: HTTPFields = [:]) -> Response {
    var headers = headers
    if headers[.contentType] == nil { headers[.contentType] = "application/json" }
    return Response(
      status: HTTPResponse.Status(code: status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }

  // MARK: writes

  private func put(_ request: Request, _ query: [String: String]) async -> Response {
    var operation: OperationID?
    do throws(Problem) {
      let id = try StoreRequest.operation(request.headers[.idempotencyKey])
      operation = id
      let acknowledgement = try StoreRequest.choice("ack", query, default: Acknowledgement.queued)
      let body = try await body(of: request)
      let (key, value) = try StoreRequest.entry(body, contentType: request.headers[.contentType])
      let outcome = await service.write(.put(value), key: key, operation: id, acknowledgement: acknowledgement)
      return try answer(outcome, key: key, value: value, operation: id, queuedStatus: 200)
    } catch {
      return refuse(error, operation)
    }
  }

  private func delete(_ key: Key, _ request: Request, _ query: [String: String]) async -> Response {
    var operation: OperationID?
    do throws(Problem) {
      let id = try StoreRequest.operation(request.headers[.idempotencyKey])
      operation = id
      let acknowledgement = try StoreRequest.choice("ack", query, default: Acknowledgement.queued)
      let outcome = await service.write(.delete, key: key, operation: id, acknowledgement: acknowledgement)
      return try answer(outcome, key: key, value: nil, operation: id, queuedStatus: 202)
    } catch {
      return refuse(error, operation)
    }
  }

  private typealias Acknowledgement = StoreService<ContinuousClock>.Acknowledgement

  private func body(of request: Request) async throws(Problem) -> Data {
    let tooLarge = Problem(413, "The body has more than \(StoreRequest.bodyMaximumBytes) bytes.")
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > StoreRequest.bodyMaximumBytes {
      throw tooLarge
    }
    var data = Data()
    do {
      for try await chunk in request.body {
        data.append(contentsOf: chunk.readableBytesView)
        if data.count > StoreRequest.bodyMaximumBytes { break }
      }
    } catch {
      throw Problem(400, "The body could not be read to its end.")
    }
    guard data.count <= StoreRequest.bodyMaximumBytes else { throw tooLarge }
    return data
  }

  private func answer(
    _ outcome: WriteOutcome, key: Key, value: Value?, operation: OperationID, queuedStatus: Int
  ) throws(Problem) -> Response {
    switch outcome {
    case .queued:
      return accepted(queuedStatus, key: key, value: value, operation: operation, version: nil)
    case .committed(let version):
      return accepted(200, key: key, value: value, operation: operation, version: version)
    case .conflict: throw .invalid("The Idempotency-Key was used for a write to another key.")
    case .notApplied(let reason): throw .unavailable("The write was not applied: \(reason).")
    case .unknown(let reason):
      throw Problem(
        504, "The write may or may not be applied: \(reason). GET /operations/{operation} tells.", isUnknown: true)
    }
  }

  private func accepted(
    _ status: Int, key: Key, value: Value?, operation: OperationID, version: Int64?
  ) -> Response {
    var body: [UInt8] = []
    body.reserveCapacity(key.bytes.count + (value?.bytes.count ?? 0) + 128)
    body += Array("{\"key\":".utf8)
    JSONText.append(key.bytes, to: &body)
    if let value {
      body += Array(",\"value\":".utf8)
      JSONText.append(value.bytes, to: &body)
    }
    body += Array(",\"operation\":".utf8)
    JSONText.append(operation.text.utf8, to: &body)
    body += Array(",\"ack\":\"\(version == nil ? "queued" : "committed")\"".utf8)
    if let version { body += Array(",\"version\":\(version)".utf8) }
    body += Array("}\n".utf8)
    var headers: HTTPFields = [.operationID: operation.text]
    if let version { headers[.eTag] = "\"\(version)\"" }
    return bytes(status, body, headers: headers)
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

  // MARK: reads

  private func get(_ key: Key, _ query: [String: String]) async -> Response {
    do throws(Problem) {
      switch try StoreRequest.choice("read", query, default: ReadLevel.cache) {
      case .cache: return found(await service.readCached(key))
      case .linearizable: return found(await service.readLinearizable(key))
      }
    } catch {
      return error.response(operation: nil)
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
      return bytes(200, body, headers: [.eTag: "\"\(row.version)\"", .operationID: row.operation.text])
    case .absent: return Problem(404, "The key was never written.").response(operation: nil)
    case .unavailable(let reason):
      logger.info("a read was not answered", metadata: ["reason": .string(reason)])
      return Problem.unavailable("The table does not answer.").response(operation: nil)
    }
  }

  private func status(_ operation: OperationID) async -> Response {
    switch await service.status(of: operation) {
    case .applied(let record):
      var body = Array("{\"operation\":".utf8)
      JSONText.append(record.operation.text.utf8, to: &body)
      body += Array(",\"key\":".utf8)
      JSONText.append(record.key.bytes, to: &body)
      body += Array(",\"version\":\(record.version)}\n".utf8)
      return bytes(200, body, headers: [.eTag: "\"\(record.version)\"", .operationID: record.operation.text])
    case .notYet: return Problem(404, "The operation is not applied (yet).").response(operation: operation.text)
    case .unavailable: return Problem.unavailable("The table does not answer.").response(operation: operation.text)
    }
  }
}
