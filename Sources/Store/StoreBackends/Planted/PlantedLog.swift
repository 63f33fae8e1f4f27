#if PlantedBugs
  import KeyValueStore

  /// The command log with the bugs of an API that publishes.
  struct PlantedLog: CommandLog {
    /// When a confirmation counts as late.
    private static let patience = Duration.milliseconds(400)

    private let log: any CommandLog

    init(_ log: any CommandLog) { self.log = log }

    func publish(
      _ command: Command, wantsReply: Bool, sendWithin: Duration, timeout: Duration
    ) async -> PublishOutcome {
      func send(_ command: Command, within limit: Duration) async -> PublishOutcome {
        await log.publish(command, wantsReply: wantsReply, sendWithin: min(sendWithin, limit), timeout: limit)
      }
      if PlantedBug.acknowledgeBeforeConfirm.isPlanted, !wantsReply {
        Task { await send(command, within: timeout) }
        return .confirmed
      }
      if PlantedBug.timeoutAsFailure.isPlanted {
        let outcome = await send(command, within: timeout)
        if case .unknown(let reason) = outcome { return .notSent(reason: reason) }
        return outcome
      }
      if PlantedBug.retryUnderNewID.isPlanted {
        let start = ContinuousClock.now
        let outcome = await send(command, within: min(timeout, Self.patience))
        guard case .unknown = outcome, let again = command.renamed("~retry") else { return outcome }
        return await send(again, within: timeout - start.duration(to: .now))
      }
      return await send(command, within: timeout)
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
