import KeyValueStore

extension Key {
  /// The key that the rest of a path after `/store/` names. Throws 400 and 422.
  init(address: Substring) throws(Problem) {
    let key: Key
    do {
      key = try Key(bytes: try PercentCoding.decoded(address))
    } catch let error as StoreError {
      throw .invalid(error.description)
    } catch let problem as Problem {
      throw problem
    } catch {
      fatalError("an error of another type: \(error)")
    }
    if let problem = key.addressProblem { throw .invalid(problem) }
    self = key
  }

  /// Why no URL can name this key; `nil` if one can. A PUT of such a key is refused: it could never be read or deleted.
  ///
  /// NGINX refuses `%00`, and a path that climbs above its root; and clients (the URL standard of browsers, libcurl)
  /// remove a whole segment `.` or `..` before they send, percent-encoded or not. Within a key that is written with
  /// `%2F` such a segment is safe. The bound is the store's own root, so that no key names another part of the server.
  var addressProblem: String? {
    if bytes.contains(0) { return "The key has the character U+0000, which no URL can carry." }
    guard bytes.contains(UInt8(ascii: ".")) else { return nil }
    if bytes == Array(".".utf8) || bytes == Array("..".utf8) {
      return "The key is a path segment that HTTP clients remove from an address."
    }
    var depth = 0
    for segment in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      switch Array(segment) {
      case Array("..".utf8): depth -= 1
      case Array(".".utf8): break
      default: depth += 1
      }
      if depth < 0 { return "The key has .. segments that lead out of the store; HTTP servers refuse such an address." }
    }
    return nil
  }
}
