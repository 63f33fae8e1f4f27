import FoundationEssentials
import KeyValueStore

/// What a request asks for, worked out from its path, query and body; or the problem that answers it.
enum StoreRequest {
  /// The path, before method and body are looked at.
  enum Route: Hashable {
    case collection
    case key(Key)
    case operation(OperationID)
    case live
    case ready
    case metrics
  }

  /// Splits `path?query` and finds the route. Keys are taken byte by byte from the raw path, so that slashes, `%2F` and
  /// everything else that a router would normalise reach the store as they were sent.
  static func route(_ target: String) throws(Problem) -> (route: Route, query: [String: String]) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts.first ?? ""
    let query = try query(parts.count == 2 ? parts[1] : "")
    switch path {
    case "/store": return (.collection, query)
    case "/health/live": return (.live, query)
    case "/health/ready": return (.ready, query)
    case "/metrics": return (.metrics, query)
    case _ where path.hasPrefix("/store/"):
      do {
        return (.key(try Key(bytes: try decoded(path.dropFirst(7)))), query)
      } catch let error as StoreError {
        throw Problem.invalid(error.description)
      } catch let problem as Problem {
        throw problem
      } catch {
        fatalError("an error of another type: \(error)")
      }
    case _ where path.hasPrefix("/operations/"):
      let text = String(decoding: try decoded(path.dropFirst(12)), as: UTF8.self)
      guard let operation = try? OperationID(text) else { throw Problem.invalid("The operation id is not valid.") }
      return (.operation(operation), query)
    default: throw Problem(404, "There is nothing at this path.")
    }
  }

  private static func query(_ text: Substring) throws(Problem) -> [String: String] {
    var values: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(decoding: try decoded(halves[0]), as: UTF8.self)
      values[name] = halves.count == 2 ? String(decoding: try decoded(halves[1]), as: UTF8.self) : ""
    }
    return values
  }

  private static func decoded(_ text: Substring) throws(Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
        throw Problem(400, "The address has a percent sign that is not followed by two hexadecimal digits.")
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// A parameter with a fixed set of words.
  static func choice<T: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ query: [String: String], default fallback: T
  ) throws(Problem) -> T {
    guard let text = query[name] else { return fallback }
    guard let choice = T(rawValue: text) else {
      throw Problem.invalid("\(name) must be one of \(T.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return choice
  }

  /// The operation id of a write: the client's, or the proxy's, or a new one.
  static func operation(_ header: String?) throws(Problem) -> OperationID {
    guard let header else { return .random() }
    do {
      return try OperationID(header)
    } catch {
      throw Problem.invalid("Idempotency-Key: \(error.description)")
    }
  }

  /// The most bytes that a PUT's body may have: a value whose every byte is escaped (`\u0000`), a key alike, and braces.
  static let bodyMaximumBytes = (Value.maximumBytes + Key.maximumBytes) * 6 + 1024

  private struct Body: Decodable {
    let key: String
    let value: String
  }

  /// Reads a PUT's body.
  static func entry(_ body: Data, contentType: String?) throws(Problem) -> (key: Key, value: Value) {
    let mediaType = (contentType ?? "").split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
    guard mediaType == "application/json" else {
      throw Problem(415, "The body must be application/json.")
    }
    let parsed: Body
    do {
      parsed = try JSONDecoder().decode(Body.self, from: body)
    } catch DecodingError.keyNotFound, DecodingError.typeMismatch, DecodingError.valueNotFound {
      throw Problem.invalid("The body must be an object with the strings \"key\" and \"value\".")
    } catch {
      throw Problem(400, "The body is not valid JSON.")
    }
    do {
      return (try Key(parsed.key), try Value(parsed.value))
    } catch let error as StoreError {
      if error.code == .valueTooLarge { throw Problem(413, error.description) }
      throw Problem.invalid(error.description)
    } catch {
      fatalError("an error of another type: \(error)")
    }
  }
}

/// How a GET reads.
enum ReadLevel: String, CaseIterable {
  case cache
  case linearizable
}
