import Foundation
import HTTPClient
import History

/// What an HTTP answer, or the lack of one, says about an operation.
///
/// The rule behind the table: ok and fail need proof; all else is unknown. A status that does not come from the store
/// itself (NGINX's own 502, 504 or 404) proves nothing.
public enum ResponseMapping {
  /// The bodies of the store's answers; every field may be missing.
  private struct Answer: Decodable {
    var value: String?
    var version: Int64?
    var outcome: String?
    /// Of an operation's record: false where its condition did not hold.
    var applied: Bool?
    var title: String?
    var detail: String?
  }

  public static func completion(
    of action: StoreOperation.Action, _ result: Result<HTTPResponse, HTTPClientError>
  ) -> Completion {
    switch result {
    case .failure(let error):
      Completion(error.certainlyNotSent ? .failed : .unknown, error: error.code.rawValue)
    case .success(let response):
      completion(of: action, response)
    }
  }

  private static func completion(of action: StoreOperation.Action, _ response: HTTPResponse) -> Completion {
    let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body))
    let isPending = response.header("X-Operation-State") == "pending"
    let version = answer?.version ?? response.header("ETag").flatMap(version(ofTag:))
    switch (action, response.status) {
    case (.put, 200), (.delete, 200), (.delete, 202):
      return Completion(.ok, version: version)
    case (.get, 200):
      guard let value = answer?.value else { return Completion(.unknown, error: "200 without a value") }
      return Completion(.ok, value: .string(value), version: version, isPending: isPending)
    case (.get, 404) where isProblem(response):
      return Completion(.ok, value: .null, version: version, isPending: isPending)
    case (.audit, 200):
      return Completion(.ok, value: .bool(answer?.applied ?? true), version: version)
    case (.audit, 404) where isProblem(response):
      return Completion(.ok, value: .bool(false))
    default:
      return Completion(isRefusal(response, answer) ? .failed : .unknown, error: reason(response, answer))
    }
  }

  /// Whether the answer proves that nothing was done.
  private static func isRefusal(_ response: HTTPResponse, _ answer: Answer?) -> Bool {
    switch response.status {
    case 400, 413, 415, 422: true
    // Always unknown, regardless of the body: a time limit was exceeded.
    case 504: false
    case 401...599: isProblem(response) && answer?.outcome == "not-applied"
    default: false
    }
  }

  private static func isProblem(_ response: HTTPResponse) -> Bool {
    response.header("Content-Type")?.hasPrefix("application/problem+json") == true
  }

  private static func reason(_ response: HTTPResponse, _ answer: Answer?) -> String {
    [String(response.status), answer?.detail ?? answer?.title].compactMap(\.self).joined(separator: " ")
  }

  /// `"17"` or `W/"17"`.
  private static func version(ofTag tag: String) -> Int64? {
    Int64(tag.drop { $0 == "W" || $0 == "/" }.trimming("\""))
  }
}

extension Substring {
  fileprivate func trimming(_ character: Character) -> Substring {
    var rest = self
    while rest.first == character { rest.removeFirst() }
    while rest.last == character { rest.removeLast() }
    return rest
  }
}
