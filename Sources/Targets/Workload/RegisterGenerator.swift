import ChaosPlan
import Randomness

/// The operations of one client, in order: the same for the same seed, whatever the store answers.
///
/// Hot keys are shared by all clients; a fresh key is written once, by the client that invented it, so that no later
/// write can hide its loss. Every value is written once in a run, so that a read identifies its write.
public struct RegisterGenerator: Sendable {
  private static let freshKeysRemembered = 16
  /// Share of the reads that go to one of the client's own fresh keys.
  private static let freshReadShare = 0.2

  private let settings: WorkloadSettings
  private let client: Int
  private let namespace: String
  private var random: SplitMix64
  private var writes = 0
  private var freshKeys: [String] = []

  /// - Parameters:
  ///   - client: 0..<settings.clients.
  ///   - namespace: begins every key and operation id, so that runs against one stack do not collide.
  public init(settings: WorkloadSettings, client: Int, seed: UInt64, namespace: String) {
    self.settings = settings
    self.client = client
    self.namespace = namespace
    random = SplitMix64(seed: seed, stream: .operations(client: client))
  }

  /// The level at which a hot key is written: by position, so that the shares of the mix hold for the keys exactly.
  public static func level(ofHotKey index: Int, settings: WorkloadSettings) -> AcknowledgementLevel {
    settings.acknowledgements.choice(at: (Double(index) + 0.5) / Double(settings.keys))
  }

  public mutating func next() -> StoreOperation {
    let draw = random.unit()
    if draw < settings.readShare { return read() }
    if draw < settings.readShare + settings.deleteShare {
      let index = random.index(below: settings.keys)
      return StoreOperation(
        action: .delete(Self.level(ofHotKey: index, settings: settings)), key: hotKey(index), operation: newOperation())
    }
    return put()
  }

  private mutating func read() -> StoreOperation {
    let level = settings.reads.choice(at: random.unit())
    let wantsFresh = random.unit() < Self.freshReadShare
    let key =
      wantsFresh && !freshKeys.isEmpty
      ? freshKeys[random.index(below: freshKeys.count)] : hotKey(random.index(below: settings.keys))
    return StoreOperation(action: .get(level), key: key)
  }

  private mutating func put() -> StoreOperation {
    let isFresh = random.unit() < settings.freshKeyShare
    let operation = newOperation()
    let value = "c\(client).\(writes)"
    guard isFresh else {
      let index = random.index(below: settings.keys)
      let level = Self.level(ofHotKey: index, settings: settings)
      return StoreOperation(action: .put(value: value, level), key: hotKey(index), operation: operation)
    }
    let key = "\(namespace).fresh.\(client).\(writes)"
    if freshKeys.count == Self.freshKeysRemembered { freshKeys.removeFirst() }
    freshKeys.append(key)
    let level = settings.acknowledgements.choice(at: random.unit())
    return StoreOperation(action: .put(value: value, level), key: key, operation: operation)
  }

  private func hotKey(_ index: Int) -> String { "\(namespace).hot.\(index)" }

  private mutating func newOperation() -> String {
    writes += 1
    return "\(namespace).\(client).\(writes)"
  }
}
