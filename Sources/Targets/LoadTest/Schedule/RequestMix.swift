/// Which kind of request comes next, and for which key: a given share of PUTs, spread evenly; a GET that follows a PUT
/// asks for the key that was put, any other takes the next key in turn.
struct RequestMix: Sendable {
  /// PUTs among a thousand requests.
  let putsPerThousand: Int
  private var sent = 0
  private var lastPut: Int?

  init(putsPerThousand: Int) {
    precondition((0...1_000).contains(putsPerThousand), "a share is between 0 and 1")
    self.putsPerThousand = putsPerThousand
  }

  /// - Parameter takeKey: gives the next key in turn.
  mutating func next(takeKey: () -> Int) -> (kind: LoadRequest.Kind, key: Int) {
    // The n-th request is a PUT where the rounded-up share of n + 1 exceeds that of n: the first one is, if any is.
    let isPut = due(sent + 1) > due(sent)
    sent += 1
    if isPut {
      let key = takeKey()
      lastPut = key
      return (.put, key)
    }
    defer { lastPut = nil }
    return (.get, lastPut ?? takeKey())
  }

  private func due(_ count: Int) -> Int { (count * putsPerThousand + 999) / 1_000 }
}

/// Key numbers in turn, for ever: 0, 1, …, `count` - 1, 0, …
struct KeyTurn: Sendable {
  let count: Int
  private var position = 0

  init(count: Int) {
    precondition(count > 0, "there is at least one key")
    self.count = count
  }

  mutating func take() -> Int {
    defer { position = position + 1 == count ? 0 : position + 1 }
    return position
  }
}
