import Glibc

/// The machine's name: in a container, its id or the name that Compose gave it.
public func systemHostname() -> String {
  var buffer = [UInt8](repeating: 0, count: 256)
  let code = buffer.withUnsafeMutableBytes { bytes in
    bytes.baseAddress.map { gethostname($0.assumingMemoryBound(to: CChar.self), 255) } ?? -1
  }
  guard code == 0 else { return "unknown" }
  return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
}
