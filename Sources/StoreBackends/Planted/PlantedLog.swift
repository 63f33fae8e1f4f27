#if PlantedBugs
  import KeyValueStore

  /// The command log with the bugs of an API that publishes.
  struct PlantedLog: CommandLog {
    /// When a confirmation counts as late.
    private static let patience = Duration.milliseconds(400)

    private let log: any CommandLog

    init(_ log: any CommandLog) { self.log = log }

    func publish(_ command: Command, wantsReply: Bool, timeout: Duration) async -> PublishOutcome {
      if PlantedBug.acknowledgeBeforeConfirm.isPlanted, !wantsReply {
        Task { await log.publish(command, wantsReply: wantsReply, timeout: timeout) }
        return .confirmed
      }
      if PlantedBug.timeoutAsFailure.isPlanted {
        let outcome = await log.publish(command, wantsReply: wantsReply, timeout: timeout)
        if case .unknown(let reason) = outcome { return .notSent(reason: reason) }
        return outcome
      }
      if PlantedBug.retryUnderNewID.isPlanted {
        let start = ContinuousClock.now
        let outcome = await log.publish(command, wantsReply: wantsReply, timeout: min(timeout, Self.patience))
        guard case .unknown = outcome, let again = command.renamed("~retry") else { return outcome }
        return await log.publish(again, wantsReply: wantsReply, timeout: timeout - start.duration(to: .now))
      }
      return await log.publish(command, wantsReply: wantsReply, timeout: timeout)
    }
  }

  extension Command {
    /// The same write as another operation; `nil` where the id becomes too long.
    func renamed(_ suffix: String) -> Command? {
      guard let operation = try? OperationID(operation.text + suffix) else { return nil }
      return Command(
        operation: operation, key: key, effect: effect, condition: condition,
        acceptedAtMilliseconds: acceptedAtMilliseconds)
    }
  }
#endif
