/// Why a command ends without a verdict, as its exit status tells scripts. The numbers are those of sysexits(3).
public enum FailureCategory: Sendable, Hashable, CaseIterable {
  /// EX_DATAERR: a plan, a history or another file has errors.
  case badInput
  /// EX_UNAVAILABLE: Docker, the stack or something on the machine is not available.
  case unavailable
  /// EX_SOFTWARE: a fault of this program, or of a tool that it runs.
  case internalFault
  /// 128 + SIGINT: ended by the user.
  case interrupted

  /// The exit status of the process.
  public var exitStatus: Int32 {
    switch self {
    case .badInput: 65
    case .unavailable: 69
    case .internalFault: 70
    case .interrupted: 130
    }
  }
}
