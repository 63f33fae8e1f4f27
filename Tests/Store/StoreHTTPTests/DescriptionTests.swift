import Foundation
import HTTPTypes
import KeyValueStore
import Testing

@testable import StoreHTTP

/// `openapi.json` is kept by hand; this holds it to what the code does.
@Suite("The description of the API")
struct DescriptionTests {
  private let paths: [String: [String: Any]]
  private let document: [String: Any]

  init() throws {
    let data = Data(PackageResources.openapi_json)
    document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    paths = try #require(document["paths"] as? [String: [String: Any]])
  }

  /// The statuses that NGINX gives in the store's name; the code here never does.
  private static let proxyStatuses: Set<Int> = [414, 421]

  /// One request a line that makes the code give each of its statuses: path as described, target, method, and so on.
  private struct Case {
    let path: String
    let method: String
    let target: String
    var headers: [(HTTPField.Name, String)] = []
    var body = ""
    var weather: MemoryStore.Weather = .fair
    var token: String?
  }

  private static let json: [(HTTPField.Name, String)] = [(.contentType, "application/json")]
  private static let entry = #"{"key":"k","value":"v"}"#

  private static var cases: [Case] {
    let put = "/store"
    let key = "/store/{key}"
    let operation = "/operations/{operation}"
    var cases: [Case] = [
      Case(path: put, method: "PUT", target: "/store", headers: json, body: entry),
      Case(path: put, method: "PUT", target: "/store", headers: json, body: "{"),
      Case(path: put, method: "PUT", target: "/store", headers: json, body: "{}"),
      Case(path: put, method: "PUT", target: "/store", body: entry),
      Case(
        path: put, method: "PUT", target: "/store", headers: json,
        body: #"{"key":"k","value":"\#(String(repeating: "v", count: Value.maximumBytes + 1))"}"#),
      Case(
        path: put, method: "PUT", target: "/store?ack=committed", headers: json + [(.ifMatch, "\"9\"")], body: entry),
      Case(path: put, method: "PUT", target: "/store", headers: json, body: entry, weather: .down),
      Case(path: put, method: "PUT", target: "/store", headers: json, body: entry, weather: .answersLost),
      Case(path: put, method: "GET", target: "/store"),
      Case(path: put, method: "GET", target: "/store?limit=x"),
      Case(path: put, method: "GET", target: "/store", weather: .down),
      Case(path: key, method: "GET", target: "/store/there"),
      Case(path: key, method: "GET", target: "/store/nowhere"),
      Case(path: key, method: "GET", target: "/store/there?after=there"),
      Case(path: key, method: "GET", target: "/store/nowhere?after=there"),
      Case(path: key, method: "GET", target: "/store/there", headers: [(.ifNoneMatch, "*")]),
      Case(path: key, method: "GET", target: "/store/late", weather: .slow),
      Case(path: key, method: "GET", target: "/store/k?x"),
      Case(path: key, method: "GET", target: "/store/%FF"),
      Case(path: key, method: "GET", target: "/store/k", weather: .down),
      Case(path: key, method: "DELETE", target: "/store/k"),
      Case(path: key, method: "DELETE", target: "/store/k?ack=committed"),
      Case(path: key, method: "DELETE", target: "/store/k?ack=x"),
      Case(path: key, method: "DELETE", target: "/store/%FF"),
      Case(path: key, method: "DELETE", target: "/store/k?ack=committed", headers: [(.ifMatch, "\"9\"")]),
      Case(path: key, method: "DELETE", target: "/store/k", weather: .down),
      Case(path: key, method: "DELETE", target: "/store/k", weather: .answersLost),
      Case(path: operation, method: "GET", target: "/operations/there"),
      Case(path: operation, method: "GET", target: "/operations/nowhere"),
      Case(path: operation, method: "GET", target: "/operations/o?x"),
      Case(path: operation, method: "GET", target: "/operations/%20"),
      Case(path: operation, method: "GET", target: "/operations/o", weather: .down),
    ]
    for (path, method) in [(put, "PUT"), (put, "GET"), (key, "GET"), (key, "DELETE"), (operation, "GET")] {
      let target = path.replacing("{key}", with: "k").replacing("{operation}", with: "o")
      cases.append(Case(path: path, method: method, target: target, headers: json, body: entry, token: "s3cret"))
    }
    for path in ["/health/live", "/health/ready", "/metrics", "/openapi.json"] {
      cases.append(Case(path: path, method: "GET", target: path))
      cases.append(Case(path: path, method: "GET", target: path + "?x"))
    }
    cases.append(Case(path: "/metrics", method: "GET", target: "/metrics", token: "s3cret"))
    return cases
  }

  @Test func everyAnswerOfTheCodeIsDescribed() async throws {
    var given: [String: Set<Int>] = [:]
    for test in Self.cases {
      let server = TestServer(token: test.token)
      if test.token == nil {
        _ = try await server.put(#"{"key":"there","value":"v"}"#, "", [(.idempotencyKey, "there")])
      }
      server.store.weather = test.weather
      if test.weather == .slow { _ = try await server.put(#"{"key":"late","value":"v"}"#) }
      let answer = try await server.ask(test.method, test.target, test.headers, body: Array(test.body.utf8))
      let name = "\(test.method) \(test.path)"
      given[name, default: []].insert(answer.status)
      let described = try #require(responses(test.path, test.method), "\(name) is not described")
      let response = try #require(described[answer.status], "\(name) answers \(answer.status), which is not described")
      let content = response["content"] as? [String: Any] ?? [:]
      // Only what has no body has no type.
      let type = answer.headers[.contentType].map { String($0.split(separator: ";")[0]) }
      #expect(
        (type == nil) == answer.text.isEmpty && Set(content.keys).isSuperset(of: type.map { [$0] } ?? []), "\(name)")
      #expect(content.isEmpty == answer.text.isEmpty, "\(name) \(answer.status) is described as \(content.keys)")
      let headers = response["headers"] as? [String: Any] ?? [:]
      for header in ["ETag", "X-Operation-Id", "X-Operation-State"]
      where answer.headers[try #require(HTTPField.Name(header))] != nil {
        // An error's operation id is said once, in the text.
        #expect(answer.status >= 400 || headers[header] != nil, "\(name) \(answer.status) has an undescribed \(header)")
      }
    }
    // And nothing is described that is never given.
    for (path, item) in paths {
      for method in ["get", "put", "delete"] where item[method] != nil {
        let name = "\(method.uppercased()) \(path)"
        let described = Set(try #require(responses(path, method.uppercased())).keys).subtracting(Self.proxyStatuses)
        // Every request goes through the proxy, which answers so where no API does.
        let missing = described.subtracting(given[name] ?? []).subtracting([503, 504])
        #expect(missing.isEmpty, "\(name) never answered \(missing)")
      }
    }
  }

  @Test func everyMethodOfAPathIsDescribed() async throws {
    for (path, item) in paths {
      let target = path.replacing("{key}", with: "k").replacing("{operation}", with: "o")
      let answer = try await TestServer().ask("OPTIONS", target)
      let allowed = Set(try #require(answer.headers[.allow]).lowercased().split(separator: ", ").map(String.init))
      // HEAD is described once, for every GET.
      #expect(allowed.contains("get") == allowed.contains("head"))
      #expect(Set(item.keys).subtracting(["parameters"]) == allowed.subtracting(["head"]), "\(path)")
    }
    // One more path in the code than here would show up as another count of cases in the enumeration.
    let routes: [RequestTarget.Route] = [
      .collection, .key(try Key("k")), .operation(try OperationID("o")), .live, .ready, .metrics, .description,
    ]
    #expect(paths.count == routes.count)
  }

  @Test func everyReferenceLeadsSomewhere() throws {
    func check(_ node: Any) {
      if let object = node as? [String: Any] {
        if let reference = object["$ref"] as? String {
          #expect(resolved(reference) != nil, "\(reference) leads nowhere")
        }
        object.values.forEach(check)
      } else if let array = node as? [Any] {
        array.forEach(check)
      }
    }
    check(document)
  }

  @Test func theServedBytesAreTheDocument() async throws {
    let answer = try await TestServer().ask("GET", "/openapi.json")
    #expect(answer.headers[.contentType] == "application/json")
    #expect(Array(answer.text.utf8) == PackageResources.openapi_json)
    #expect(answer.json["openapi"] as? String == "3.1.0")
  }

  private func resolved(_ reference: String) -> [String: Any]? {
    var node: [String: Any]? = document
    for part in reference.split(separator: "/").dropFirst() { node = node?[String(part)] as? [String: Any] }
    return node
  }

  private func responses(_ path: String, _ method: String) -> [Int: [String: Any]]? {
    guard let operation = paths[path]?[method.lowercased()] as? [String: Any],
      let responses = operation["responses"] as? [String: [String: Any]]
    else { return nil }
    var described: [Int: [String: Any]] = [:]
    for (status, response) in responses {
      let whole = (response["$ref"] as? String).flatMap(resolved) ?? response
      if let number = Int(status) { described[number] = whole }
    }
    return described
  }
}
