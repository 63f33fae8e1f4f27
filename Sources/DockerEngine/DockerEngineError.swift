import Faults

/// What the Docker Engine, or the way to it, answered instead of what was asked for.
public struct DockerEngineError: Error, ContainerRuntimeError, Sendable, Hashable, CustomStringConvertible {
  public enum Code: String, Sendable, Hashable {
    /// No engine answers on the socket.
    case unavailable
    /// The engine that was asked for is none that kvchaos can work with.
    case unusable
    /// The engine is older than the API that is used here.
    case tooOld
    /// No container (image, exec) of that name.
    case notFound
    /// The container is not of this project: it is not touched.
    case foreignContainer
    /// The engine refused: wrong state of the container, most often.
    case refused
    /// The engine did not answer in time; what was asked for may have been done.
    case timedOut
    /// The answer is not what the API describes.
    case malformedAnswer
  }

  public var code: Code
  /// A sentence that a person can act on.
  public var message: String

  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  public var isMissingContainer: Bool { code == .notFound }
  public var isEngineAway: Bool { code == .unavailable }
  public var description: String { message }
}
