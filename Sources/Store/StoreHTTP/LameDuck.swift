import ServiceLifecycle

/// Keeps serving for a moment after the stop signal, so that NGINX has time to learn of this server's successor ("lame
/// duck": Beyer et al., Site Reliability Engineering, 2016, chapter 20).
///
/// Without it a rolling restart can stop the last API whose address NGINX knows: the APIs that were restarted before
/// have new addresses, which NGINX learns up to a second later.
///
/// In a `ServiceGroup`, list it after the services that must keep running meanwhile: a group stops its services one
/// after another, the last one first.
public struct LameDuck: Service {
  private let wait: @Sendable () async throws -> Void

  /// - Parameter duration: how long; above the second in which NGINX's list of APIs is renewed.
  public init(for duration: Duration, clock: some Clock<Duration>) {
    self.init { try await clock.sleep(for: duration) }
  }

  init(wait: @escaping @Sendable () async throws -> Void) { self.wait = wait }

  public func run() async throws {
    try await gracefulShutdown()
    try await wait()
  }
}
