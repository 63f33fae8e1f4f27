/// What makes a cell the same cell in two ledgers, and names its folder: its name, and where it matters the flavour of
/// the SQL tier that it was run on.
///
/// Patroni is not named: it was the only one for long, and its cells keep the names that they have.
enum CellIdentity {
  /// Redis and RabbitMQ alone do not know of the SQL tier.
  static func isOfFlavour(tier: String) -> Bool { tier == "sql" || tier == "store" }

  static func id(name: String, tier: String, flavour: String) -> String {
    guard isOfFlavour(tier: tier), flavour != "patroni" else { return name }
    return "\(name)-on-\(flavour)"
  }
}

extension CapRecord {
  public var id: String { CellIdentity.id(name: name, tier: tier, flavour: flavour) }

  /// The same before there is a record.
  public static func id(name: String, tier: String, flavour: String) -> String {
    CellIdentity.id(name: name, tier: tier, flavour: flavour)
  }
}

extension CapCell {
  public var id: String { CellIdentity.id(name: name, tier: tier, flavour: flavour) }
  /// The flavour where it matters.
  public var ownFlavour: String? { CellIdentity.isOfFlavour(tier: tier) ? flavour : nil }
}

/// The cells that are shown together: of a tier, and of one flavour where it has any.
struct LedgerSection: Hashable {
  var tier: String
  var flavour: String?

  /// The tiers from the bottom up, of each Patroni first.
  static func all(_ cells: [CapCell]) -> [LedgerSection] {
    Set(cells.map { LedgerSection(tier: $0.tier, flavour: $0.ownFlavour) }).sorted { $0.order < $1.order }
  }

  private var order: (Int, String, Int, String) {
    (Ledger.tierOrder(tier), tier, flavour == "patroni" ? 0 : 1, flavour ?? "")
  }

  func cells(_ all: [CapCell]) -> [CapCell] { all.filter { $0.tier == tier && $0.ownFlavour == flavour } }

  var title: String { flavour.map { "\(tier) (\($0))" } ?? tier }
  /// The name of the picture in the results folder.
  var picture: String {
    flavour.map { $0 == "patroni" ? "cap-\(tier).svg" : "cap-\(tier)-\($0).svg" } ?? "cap-\(tier).svg"
  }
}
