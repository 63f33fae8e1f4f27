/// What keeps a history from being checked at all: the one error type of this module.
public enum ConsistencyError: Error, Sendable, Hashable {
  /// A completion came from a process that had nothing open.
  case completionWithoutInvocation(index: Int, process: Int)
  /// The operations belong to no model that is known, or to another than the one asked for.
  case unsuitableModel(function: String, model: String)
  /// More distinct names than the compact form holds (255).
  case tooManyNames
}

extension ConsistencyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .completionWithoutInvocation(let index, let process):
      "event \(index): process \(process) completes an operation that it never invoked"
    case .unsuitableModel(let function, let model):
      "the operation `\(function)` is not one of the model \(model)"
    case .tooManyNames: "more than 255 different names of operations or levels"
    }
  }
}
