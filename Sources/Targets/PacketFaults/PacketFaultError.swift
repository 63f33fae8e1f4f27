import Glibc

/// What the kernel does not do, in a sentence.
public struct PacketFaultError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  /// The kernel's error number; 0 where there is none.
  public var errorNumber: Int32

  init(_ message: String, _ errorNumber: Int32) {
    self.message = message
    self.errorNumber = errorNumber
  }

  public var description: String {
    errorNumber == 0 ? message : "\(message): \(String(cString: strerror(errorNumber)))"
  }
}
