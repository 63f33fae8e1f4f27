/// The reasons why a history cannot be checked: the one error type of this module.
public enum ConsistencyError: Error, Sendable, Hashable {
  /// A completion came from a process that had nothing open.
  case completionWithoutInvocation(index: Int, process: Int)
  /// A process invoked an operation while another of its own was open: which of them the next completion ends is not
  /// known.
  case invocationWhileOpen(index: Int, process: Int, function: String, open: Int)
  /// A completion names another key, function or operation id than the invocation that it completes.
  case completionOfAnother(index: Int, process: Int, invocation: Int, invoked: String, completed: String)
  /// An operation was done of which neither the invocation nor the completion has a value.
  case missingValue(index: Int, function: String, invocation: Int)
  /// A question, such as a read, was answered without a value.
  case missingAnswer(index: Int, function: String)
  /// There is no operation of a client in the history: nothing to judge.
  case noOperations(events: Int)
  /// The operations belong to no known model, or to another model than the requested one.
  case unsuitableModel(function: String, model: String)
  /// A value that the model does not have.
  case unsuitableValue(index: Int, function: String, model: Model)
  /// The model has no configurable initial value.
  case unsuitableInitial(model: String)
  /// A level that the checker does not know.
  case unknownLevel(String)
  /// A level of other operations, which says nothing about this one.
  case unsuitableLevel(index: Int, function: String, level: String)
  /// An element null of a queue: a dequeue that finds nothing is answered null, too.
  case nullElement(index: Int)
  /// More distinct names than the compact form holds (255).
  case tooManyNames
}

extension ConsistencyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .completionWithoutInvocation(let index, let process):
      "event \(index): process \(process) completes an operation that it never invoked"
    case .invocationWhileOpen(let index, let process, let function, let open):
      """
      event \(index): process \(process) invokes \(function) while its operation of event \(open) is open; \
      a process has one operation at a time, and goes on under a new number after info
      """
    case .completionOfAnother(let index, let process, let invocation, let invoked, let completed):
      """
      event \(index): process \(process) completes \(completed), but invoked \(invoked) (event \(invocation)); \
      a completion names the function, the key and the operation id of its invocation
      """
    case .missingValue(let index, let function, let invocation):
      """
      event \(index): `\(function)` was done, and neither this event nor its invocation (event \(invocation)) has a value; \
      null must be written as null
      """
    case .missingAnswer(let index, let function):
      "event \(index): `\(function)` was answered, but the event has no value; null must be written as null"
    case .noOperations(let events):
      """
      no operation of a client among the \(events) events, so there is nothing to check; \
      clients are processes with a number
      """
    case .unsuitableModel(let function, let model):
      "the operation `\(function)` is not one of the model \(model); name another one by --model, or none"
    case .unsuitableValue(let index, let function, let model):
      """
      event \(index): the value of `\(function)` is not what the model \(model.rawValue) has: \
      \(model == .versionedRegister ? "[version value], where that of a cas is [old new]" : "[old new]")
      """
    case .unsuitableInitial(let model):
      "an initial value is for registers and counters, and the operations are those of the model \(model)"
    case .unknownLevel(let name):
      """
      the level "\(name)" is not known, so what it promises is not: expected \(Level.names.joined(separator: ", ")), \
      or no level if real-time order applies to the operation
      """
    case .unsuitableLevel(let index, let function, let level):
      """
      event \(index): the level "\(level)" does not belong to `\(function)`: cache, pending and final-cache are for \
      questions, queued is for changes
      """
    case .nullElement(let index):
      "event \(index): an element null is enqueued; it could not be told from a dequeue that found nothing"
    case .tooManyNames: "more than 255 different names of operations or levels"
    }
  }
}
