import CPostgres

/// Collects the server's warnings on one connection, for libpq's notice receiver.
///
/// PostgreSQL reports a commit that did not reach its synchronous standby as a *success* with the warning "canceling
/// wait for synchronous replication". The text may be translated, so every WARNING counts: none is expected otherwise.
final class NoticeLog {
  private(set) var warnings: [String] = []

  func clear() { warnings = [] }

  /// Registers the log with a connection, which must not outlive it.
  func attach(to connection: OpaquePointer) {
    PQsetNoticeReceiver(
      connection,
      { context, result in
        guard let context, let result else { return }
        let log = Unmanaged<NoticeLog>.fromOpaque(context).takeUnretainedValue()
        func field(_ code: Character) -> String? {
          code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        // PG_DIAG_SEVERITY_NONLOCALIZED 'V', PG_DIAG_SEVERITY 'S', PG_DIAG_MESSAGE_PRIMARY 'M'.
        if (field("V") ?? field("S")) == "WARNING" { log.warnings.append(field("M") ?? "a warning without text") }
      }, Unmanaged.passUnretained(self).toOpaque())
  }
}
