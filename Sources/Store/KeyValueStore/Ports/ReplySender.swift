/// The worker's port for replies to waiting APIs.
public protocol ReplySender: Sendable {
  /// Sends without waiting and without a guarantee: an API that gets no reply looks the operation up.
  func send(_ replies: [Reply], to address: String)
}

/// The worker's port to the dead-letter queue, for messages that cannot be decoded.
public protocol DeadLetters: Sendable {
  /// True when a quorum has the dead letter; only then may the original be acknowledged.
  func store(_ message: [UInt8], reason: String, from partition: Partition) async -> Bool
}
