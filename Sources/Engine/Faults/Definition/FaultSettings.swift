/// A value that a plan gives to a field.
public enum FaultValue: Sendable, Hashable {
  case text(String)
  case time(Duration)
  case whole(Int)
  case real(Double)
  case list([String])
}

extension FaultValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int) { self = .whole(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
}

extension FaultValue: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: String...) { self = .list(elements) }
}

/// Each traps for a value of another type: the parser reads what the field says, and a test strikes every definition
/// with such values.
extension FaultValue {
  public var text: String {
    guard case .text(let text) = self else { preconditionFailure("\(self) is not a text") }
    return text
  }

  public var duration: Duration {
    guard case .time(let duration) = self else { preconditionFailure("\(self) is not a duration") }
    return duration
  }

  public var integer: Int {
    guard case .whole(let integer) = self else { preconditionFailure("\(self) is not a whole number") }
    return integer
  }

  public var number: Double {
    guard case .real(let number) = self else { preconditionFailure("\(self) is not a number") }
    return number
  }

  public var words: [String] {
    guard case .list(let words) = self else { preconditionFailure("\(self) is not a list of words") }
    return words
  }
}

/// What a plan says in the fields of a fault.
public struct FaultSettings: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// What is wrong with settings of which each is valid by itself.
  public struct Problem: Sendable, Hashable {
    /// The field to blame; `nil`: the fault as a whole.
    public var field: String?
    /// A sentence.
    public var message: String

    public init(of field: FaultField? = nil, _ message: String) {
      self.field = field?.name
      self.message = message
    }
  }

  private var values: [String: FaultValue]

  public init(_ values: [String: FaultValue] = [:]) { self.values = values }

  public init(dictionaryLiteral elements: (String, FaultValue)...) {
    values = Dictionary(uniqueKeysWithValues: elements)
  }

  /// The value of a field that is required, or that has a default.
  public subscript(field: FaultField) -> FaultValue {
    guard let value = self.value(of: field) else {
      preconditionFailure("the parser leaves out no field that is required, and \(field.name) has no default")
    }
    return value
  }

  /// `nil`: left out, and without a default.
  public func value(of field: FaultField) -> FaultValue? { values[field.name] ?? field.fallback }

  public mutating func set(_ value: FaultValue, for field: FaultField) { values[field.name] = value }

  /// The names that have a value.
  var names: Set<String> { Set(values.keys) }
}
