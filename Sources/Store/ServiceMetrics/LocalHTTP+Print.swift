import Glibc

extension LocalHTTP {
  /// Prints the metrics of the service on this machine; false, and a sentence on standard error, when there is none.
  public static func printMetrics(of service: String, port: UInt16, token: String? = nil) -> Bool {
    guard let answer = get("/metrics", port: port, token: token), answer.status == 200 else {
      put(Array("error: no \(service) answers on port \(port) of this machine; is it running?\n".utf8), STDERR_FILENO)
      return false
    }
    put(answer.body, STDOUT_FILENO)
    return true
  }

  private static func put(_ bytes: [UInt8], _ descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // The reader is gone.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
