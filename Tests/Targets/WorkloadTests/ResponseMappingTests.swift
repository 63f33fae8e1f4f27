import HTTPClient
import History
import Testing

@testable import Workload

/// A row of the outcome table: what was asked, what came back, what it means.
struct MappingRow: Sendable, CustomTestStringConvertible {
  let name: String
  let action: StoreOperation.Action
  let result: Result<HTTPResponse, HTTPClientError>
  let expected: Completion

  var testDescription: String { name }

  init(
    _ name: String, _ action: StoreOperation.Action, _ status: Int, _ body: String = "", tag: String? = nil,
    state: String? = nil, is expected: Completion
  ) {
    let isProblem = body.contains("outcome") || body.contains("title")
    self.name = name
    self.action = action
    let type = isProblem ? "application/problem+json" : "application/json"
    result = .success(
      HTTPResponse(
        status: status,
        headers: [("Content-Type", type)] + (tag.map { [("ETag", $0)] } ?? [])
          + (state.map { [("X-Operation-State", $0)] } ?? []), body: Array(body.utf8)))
    self.expected = expected
  }

  init(_ name: String, _ action: StoreOperation.Action, _ code: HTTPClientError.Code, is outcome: Outcome) {
    self.name = name
    self.action = action
    result = .failure(HTTPClientError(code: code, message: "for the test"))
    expected = Completion(outcome, error: code.rawValue)
  }
}

@Suite struct ResponseMappingTests {
  static let put = StoreOperation.Action.put(value: "v", .queued)
  static let refused = #"{"title":"Queue unavailable","outcome":"not-applied"}"#
  static let unsure = #"{"title":"Timed out","outcome":"unknown"}"#

  static let rows: [MappingRow] = [
    MappingRow("put done", put, 200, #"{"key":"k","value":"v","operation":"o","ack":"queued"}"#, is: .init(.ok)),
    MappingRow(
      "put committed", .put(value: "v", .committed), 200, #"{"key":"k","value":"v","version":7}"#,
      is: .init(.ok, version: 7)),
    MappingRow("put with a version in the ETag only", put, 200, "{}", tag: "\"9\"", is: .init(.ok, version: 9)),
    MappingRow("delete queued", .delete(.queued), 202, "", is: .init(.ok)),
    MappingRow("delete committed", .delete(.committed), 200, "{}", tag: "\"3\"", is: .init(.ok, version: 3)),
    MappingRow("put answered 202", put, 202, "", is: .init(.unknown, error: "202")),
    MappingRow("put refused", put, 400, refused, is: .init(.failed, error: "400 Queue unavailable")),
    MappingRow("put too large", put, 413, "", is: .init(.failed, error: "413")),
    MappingRow("503 not applied", put, 503, refused, is: .init(.failed, error: "503 Queue unavailable")),
    MappingRow("503 unknown", put, 503, unsure, is: .init(.unknown, error: "503 Timed out")),
    MappingRow("503 of the proxy", put, 503, "<html>", is: .init(.unknown, error: "503")),
    MappingRow("502", put, 502, "<html>", is: .init(.unknown, error: "502")),
    MappingRow("504", put, 504, unsure, is: .init(.unknown, error: "504 Timed out")),
    MappingRow(
      "504 that says not applied", put, 504, refused, is: .init(.unknown, error: "504 Queue unavailable")),
    MappingRow("500", put, 500, "", is: .init(.unknown, error: "500")),
    MappingRow("408 of the proxy", put, 408, "", is: .init(.unknown, error: "408")),
    MappingRow(
      "get", .get(.cache), 200, #"{"value":"v1"}"#, tag: "\"4\"",
      is: .init(.ok, value: .string("v1"), version: 4)),
    MappingRow(
      "get with a weak tag", .get(.cache), 200, #"{"value":""}"#, tag: "W/\"4\"",
      is: .init(.ok, value: .string(""), version: 4)),
    MappingRow(
      "get of what is pending", .get(.cache), 200, #"{"value":"v1"}"#, state: "pending",
      is: .init(.ok, value: .string("v1"), isPending: true)),
    MappingRow(
      "get of a pending delete", .get(.cache), 404, #"{"title":"Absent"}"#, state: "pending",
      is: .init(.ok, value: .null, isPending: true)),
    MappingRow("get without a value", .get(.cache), 200, "{}", is: .init(.unknown, error: "200 without a value")),
    MappingRow(
      "get absent", .get(.linearizable), 404, #"{"title":"Absent"}"#, tag: "\"5\"",
      is: .init(.ok, value: .null, version: 5)),
    MappingRow("404 of the proxy is no absence", .get(.cache), 404, "<html>", is: .init(.unknown, error: "404")),
    MappingRow("put answered 404", put, 404, #"{"title":"Absent"}"#, is: .init(.unknown, error: "404 Absent")),
    MappingRow(
      "operation applied", .audit, 200, #"{"version":2}"#, is: .init(.ok, value: .bool(true), version: 2)),
    MappingRow(
      "operation not applied", .audit, 404, #"{"title":"Not applied"}"#, is: .init(.ok, value: .bool(false))),
    MappingRow("operation unclear", .audit, 404, "<html>", is: .init(.unknown, error: "404")),
    MappingRow("not connected", put, .connectFailed, is: .failed),
    MappingRow("never sent", put, .invalidRequest, is: .failed),
    MappingRow("time-out", put, .timedOut, is: .unknown),
    MappingRow("connection lost", put, .connectionLost, is: .unknown),
    MappingRow("cancelled", put, .cancelled, is: .unknown),
    MappingRow("a fault of the client", put, .internalFault, is: .unknown),
  ]

  @Test(arguments: rows) func table(_ row: MappingRow) {
    #expect(ResponseMapping.completion(of: row.action, row.result) == row.expected)
  }
}
