import Failures
import Faults

/// Errors of the Docker Engine, or of the connection to it.
public struct DockerEngineError: CategorisedError, ContainerRuntimeError, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable {
    /// No engine answers on the socket.
    case unavailable
    /// kvchaos cannot work with the requested engine.
    case unusable
    /// The engine is older than the API that is used here.
    case tooOld
    /// No container (image, exec) of that name.
    case notFound
    /// The container is not of this project: it is not touched.
    case foreignContainer
    /// The engine refused: wrong state of the container, most often.
    case refused
    /// The engine did not answer in time; the request may have been carried out.
    case timedOut
    /// The answer does not match the API.
    case malformedAnswer
  }

  public var code: Code
  /// A sentence that tells a user what to do.
  public var message: String

  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  public var isMissingContainer: Bool { code == .notFound }
  public var isEngineAway: Bool { code == .unavailable }
  public var description: String { message }

  public var category: FailureCategory {
    switch code {
    case .unavailable, .unusable, .tooOld, .notFound, .timedOut: .unavailable
    case .foreignContainer, .refused, .malformedAnswer: .internalFault
    }
  }
}
