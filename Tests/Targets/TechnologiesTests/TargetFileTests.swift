import ChaosPlan
import TestSupport
import Testing

@testable import Technologies

/// What a target file says, and what is said of one that is wrong.
struct TargetFileTests {
  private static let text = """
    target: shop
    compose: { project: shop-1 }
    tiers:
      cache: { services: [redis-1, redis-2, redis-3, redis-4], kind: redis-cluster, password: $PASSWORD }
      db: { nodes: 3, kind: { cockroach: cockroachdb, patroni: patroni }, table: orders }
      config: { nodes: 5, kind: { patroni: etcd } }
      app: { kind: generic, ready: [curl, -f, localhost] }

    """

  private func target(_ text: String = text) throws(PlanError) -> Target {
    try TargetFile.parse(text, path: "target.yml")
  }

  private static func tier(_ name: String) -> Tier { Tier(rawValue: name) }

  @Test func everyWordIsRead() throws {
    let target = try target()
    #expect(target.name == "shop" && target.project == "shop-1")
    #expect(target.tiers.map(\.tier.rawValue) == ["cache", "db", "config", "app"])
    #expect(target[Self.tier("app")]?.ready == ["curl", "-f", "localhost"])
    #expect(target[Self.tier("db")]?.technology(on: .cockroach) is CockroachDB)
    #expect(target[Self.tier("db")]?.technology(on: .patroni) is Patroni)
    #expect(target[Self.tier("config")]?.technology(on: .cockroach) == nil)
    #expect(target[Self.tier("app")]?.technology(on: .cockroach) is Generic)
  }

  @Test(arguments: [
    (["com.docker.compose.service": "redis-2"], "cache"), (["io.kvchaos.tier": "db"], "db"),
    (["com.docker.compose.service": "redis-5"], nil), ([:], nil),
    // A tier that names its services has no others.
    (["io.kvchaos.tier": "cache", "com.docker.compose.service": "x"], nil),
  ])
  func aContainerIsOfTheTierThatItsLabelsSay(labels: [String: String], tier: String?) throws {
    #expect(try target().tier(ofLabels: labels)?.rawValue == tier)
  }

  @Test func plansAreToldWhatTheyCanStrike() throws {
    let plans = try target().forPlans
    #expect(plans.roles.map(\.rawValue) == ["master", "replica", "leader", "follower", "member"])
    let leads = [TierRole(.leader, .one), TierRole(.follower, .allButOne)]
    #expect(
      plans.tiers == [
        PlanTier(
          Self.tier("cache"), roles: [TierRole(.master, .half), TierRole(.replica, .half)], nodes: 4,
          keyOwner: .master, voter: .master),
        PlanTier(Self.tier("db"), roles: leads, nodes: 3, unpreloadedOn: [.cockroach]),
        PlanTier(Self.tier("config"), roles: leads, nodes: 5, absentOn: [.cockroach], unpreloadedOn: [.patroni]),
        PlanTier(Self.tier("app"), roles: [TierRole(.member, .all)], nodes: nil),
      ])
  }

  @Test(arguments: [
    ("", "target.yml: the file has no target in it; see `chaos/` for examples"),
    ("target: Shop", "target.yml:1:9: invalid value for `target`: Shop; it must be lower-case words"),
    ("kind: generic", "target.yml:7:8: `app` has no `kind`; it needs one of `redis-cluster`, "),
    ("kind: redis-cluster", "target.yml:4:66: unknown kind `redis-custer`; did you mean `redis-cluster`?"),
    ("project: shop-1", "target.yml:2:10: `compose` has no `project`; it needs the name of the Compose project"),
    ("$PASSWORD", "target.yml:4:91: invalid value for `password`: secret; it must be the name of a secret"),
    ("ready: [curl, -f, localhost]", "target.yml:7:32: `ready` must be a command, like `[pg_isready, -q]`"),
    ("table: orders", "target.yml:5:7: `db` has no `table`; it needs the table whose leaseholder leads"),
    ("nodes: 5", "target.yml:6:20: invalid value for `nodes`: 0; it must be a whole number from 1 to 1000"),
    ("redis-4]", "target.yml:4:60: unknown word in `cache`: `nods`; did you mean `nodes`?"),
    ("patroni: etcd", "target.yml:6:31: unknown word in `kind`: `postgres`; it is one of `cockroach`, `patroni`"),
  ])
  func whatIsWrongIsNamedWithItsPlace(right: String, message: String) {
    let wrong = [
      "target: Shop": "", "kind: generic": "nodes: 2", "kind: redis-cluster": "kind: redis-custer",
      "project: shop-1": "", "$PASSWORD": "secret", "ready: [curl, -f, localhost]": "ready: []", "table: orders": "",
      "nodes: 5": "nodes: 0", "redis-4]": "redis-4], nods: 4", "patroni: etcd": "postgres: etcd",
    ]
    let text =
      right.isEmpty
      ? ""
      : right == "target: Shop"
        ? Self.text.replacing("target: shop", with: right)
        : Self.text.replacing(right, with: wrong[right] ?? "")
    let error = #expect(throws: PlanError.self) { try target(text) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("app: { kind", "all: { kind", "a tier must be lower-case words"),
    ("app: { kind", "app: { services: [redis-1, web], kind", "`redis-1` is a service of `cache` and of `app`"),
    ("app: { kind", "app: { services: [web], nodes: 2, kind", "`nodes` is the number of `services`"),
    ("app: { kind", "app: { kinds", "`app` has no `kind`; it needs one of"),
    ("project: shop-1", "project: Shop 1", "invalid value for `project`: Shop 1; it must be the name"),
    ("kind: generic", "kind: rabbitmq, user: $USER", "`app` has no `password`; it needs the name of a secret"),
    ("tiers:", "tires:", "did you mean `tiers`?"), ("{ patroni: etcd }", "{}", "`kind` names no technology"),
  ])
  func whatContradictsItselfIsRefused(right: String, wrong: String, message: String) {
    let error = #expect(throws: PlanError.self) { try target(Self.text.replacing(right, with: wrong)) }
    #expect(error?.problems.count == 1)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  // MARK: The bundled store

  @Test func theStoreIsATargetAsAnyOther() {
    let target = StoreTarget.target
    #expect(target.tiers.map(\.tier.rawValue) == ["proxy", "api", "worker", "redis", "rabbitmq", "sql", "etcd"])
    #expect(StoreTarget.forPlans.roles.map(\.rawValue).last == "member")
    #expect(StoreTarget.forPlans[.worker]?.nodes == nil)
    #expect(target.tiers.filter { $0.ready == ["node-joined"] }.map(\.tier) == [.redis, .sql])
  }

  @Test func technologiesHaveNamesOfTheirOwn() {
    #expect(Set(TechnologyCatalogue.all.map { $0.name }).count == TechnologyCatalogue.all.count)
    for technology in TechnologyCatalogue.all { #expect(!technology.roles.isEmpty, "\(technology.name)") }
  }
}
