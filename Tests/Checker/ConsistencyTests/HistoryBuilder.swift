import History

/// Writes a history down as it happened: one call a line.
struct HistoryBuilder {
  private(set) var events: [Event] = []

  private mutating func add(
    _ process: Int, _ kind: Event.Kind, _ function: String, _ key: String, _ value: Value, _ version: Int64?,
    _ level: String?, _ operation: String?
  ) {
    events.append(
      Event(
        index: events.count, timeNanoseconds: Int64(events.count) * 1_000_000, process: .client(process), kind: kind,
        function: function, key: key, value: value, version: version, operation: operation, level: level))
  }

  /// A write from invocation to completion, with nothing in between.
  mutating func put(
    _ value: String, by process: Int = 0, key: String = "k", _ kind: Event.Kind = .ok, version: Int64? = nil,
    level: String? = nil, operation: String? = nil
  ) {
    add(process, .invoke, "put", key, .string(value), nil, level, operation)
    add(process, kind, "put", key, .string(value), version, level, operation)
  }

  mutating func delete(by process: Int = 0, key: String = "k", level: String? = nil) {
    add(process, .invoke, "delete", key, .null, nil, level, nil)
    add(process, .ok, "delete", key, .null, nil, level, nil)
  }

  mutating func get(
    _ value: String?, by process: Int = 1, key: String = "k", version: Int64? = nil, level: String? = nil
  ) {
    add(process, .invoke, "get", key, .null, nil, level, nil)
    add(process, .ok, "get", key, value.map(Value.string) ?? .null, version, level, nil)
  }

  /// A cached read that says that what it shows is pending.
  mutating func peek(_ value: String?, by process: Int = 1, key: String = "k", version: Int64? = nil) {
    add(process, .invoke, "get", key, .null, nil, "cache", nil)
    add(process, .ok, "get", key, value.map(Value.string) ?? .null, version, "pending", nil)
  }

  /// A read that gets no answer.
  mutating func getFails(by process: Int = 1, key: String = "k", level: String? = nil) {
    add(process, .invoke, "get", key, .null, nil, level, nil)
    add(process, .fail, "get", key, .null, nil, level, nil)
  }

  /// A compare-and-set.
  mutating func swap(
    _ old: String, _ new: String, by process: Int = 0, key: String = "k", _ kind: Event.Kind = .ok,
    version: Int64? = nil, level: String? = nil, operation: String? = nil
  ) {
    let pair = Value.list([.string(old), .string(new)])
    add(process, .invoke, "cas", key, pair, nil, level, operation)
    add(process, kind, "cas", key, pair, version, level, operation)
  }

  /// The store's record is asked for an operation.
  mutating func audit(_ operation: String, _ answer: Bool, version: Int64? = nil, key: String = "k") {
    audit(operation, .bool(answer), version: version, key: key)
  }

  mutating func audit(_ operation: String, _ answer: Value, version: Int64? = nil, key: String = "k") {
    add(9, .invoke, "operation", key, .null, nil, nil, operation)
    add(9, .ok, "operation", key, answer, version, nil, operation)
  }

  mutating func begin(
    _ function: String, _ value: String? = nil, by process: Int, key: String = "k", level: String? = nil,
    operation: String? = nil
  ) {
    add(process, .invoke, function, key, value.map(Value.string) ?? .null, nil, level, operation)
  }

  mutating func end(
    _ function: String, _ value: String? = nil, by process: Int, key: String = "k", _ kind: Event.Kind = .ok,
    version: Int64? = nil, level: String? = nil, operation: String? = nil
  ) {
    add(process, kind, function, key, value.map(Value.string) ?? .null, version, level, operation)
  }
}
