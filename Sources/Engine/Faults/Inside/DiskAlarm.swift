/// RabbitMQ's own alarm for its disk: while less is free than its limit, publishers are blocked on every node.
enum DiskAlarm {
  /// More than any disk has.
  static let limitAboveAll = 1 << 60
  private static let timeout = Duration.seconds(90)
  private static let tool = """
    export HOME=/var/lib/rabbitmq RABBITMQ_NODENAME="rabbit@$HOSTNAME"
    /usr/lib/rabbitmq/bin/rabbitmqctl -q eval 
    """

  /// The limit as it is; `nil` where the container is none of RabbitMQ's.
  static func limit(_ undo: Undo, in environment: FaultEnvironment) async throws -> Int? {
    let text = try await environment.shell(
      "[ -x /usr/lib/rabbitmq/bin/rabbitmqctl ] || { echo none; exit 0; }\n\(tool)'rabbit_disk_monitor:get_disk_free_limit().'",
      in: undo, timeout: timeout, orThrow: .notInjectable)
    guard let word = text.split(whereSeparator: \.isWhitespace).last, word != "none" else { return nil }
    guard let limit = Int(word) else {
      throw FaultError(
        code: .notInjectable, message: "\(undo.target.node) does not report its disk limit: \(word)")
    }
    return limit
  }

  static func setLimit(
    _ bytes: Int, _ undo: Undo, in environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws {
    try await environment.shell(
      "\(tool)'ok = rabbit_disk_monitor:set_disk_free_limit(\(bytes)).'", in: undo, timeout: timeout, orThrow: code)
  }

  static func isRaised(
    _ undo: Undo, in environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws -> Bool {
    try await environment.shell(
      "\(tool)'rabbit_alarm:get_local_alarms().'", in: undo, timeout: timeout, orThrow: code
    ).contains("disk")
  }
}
