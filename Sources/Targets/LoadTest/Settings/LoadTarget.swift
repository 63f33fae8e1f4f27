/// The address of the store under load: this machine, and nothing else.
public struct LoadTarget: Sendable, Hashable {
  /// Without a slash at the end.
  public let url: String

  /// - Returns: nil unless it is `http://127.0.0.1[:port]` or `http://[::1][:port]`. Load can do harm, so a name, which
  ///   could resolve to another machine, is refused as well.
  public init?(_ text: String) {
    var text = text[...]
    if text.hasSuffix("/") { text = text.dropLast() }
    for host in ["http://127.0.0.1", "http://[::1]"] where text.hasPrefix(host) {
      let rest = text.dropFirst(host.count)
      guard !rest.isEmpty else {
        url = String(text)
        return
      }
      guard rest.first == ":", rest.dropFirst().allSatisfy(\.isASCII), let port = UInt16(rest.dropFirst()), port > 0
      else { return nil }
      url = String(text)
      return
    }
    return nil
  }
}
