import Foundation
import TestSupport
import Testing

/// Plans that the tests read.
enum Texts {
  static let planFolder = Repository.file("chaos").path()

  static let testFolder = URL(filePath: #filePath).deletingLastPathComponent().path()

  static let smallest = """
    name: a
    description: b
    workload: { kind: register, clients: 1, keys: 1 }
    faults: []

    """

  static let full = """
    name: redis-master-kill
    description: Does it hold?
    stack: { sql: patroni, workers: 4, apis: 2 }
    workload:
      kind: register
      clients: 8
      keys: 24
      fresh-key-share: 25%
      read-share: 0.5
      delete-share: 0.05
      ack: { queued: 0.7, committed: 0.3 }
      read: linearizable
      value-size: 512KiB
      rate: 150/s
    steady-state:
      before: 10s
      after: 1.5s
      hypothesis: { availability: ">= 99.5 %", latency-p99: "<=2s" }
    faults:
      - kill: { tier: redis, role: master, mode: one, signal: SIGTERM }
        at: 0s
        duration: 8s
      - pause: { tier: worker, mode: { fixed: 2 } }
        at: 500ms
        duration: 1m
      - stop: { tier: sql, mode: minority, timeout: 3s }
        at: 2s
        duration: 4s
    expect:
      lost-writes: 1
      never-written-reads: 2
      linearizable: true
      availability: { during: ">= 90%", after: ">= 99%" }
      recovery: "<= 15s"
    seed: 42

    """

  static let manyProblems = """
    name: Redis Kill
    description: b
    stack: { sql: patrony }
    workload: { kind: register, clients: 0, keys: 5 keys, raed-share: 0.5 }
    steady-state: { before: 10 }
    faults:
      - kill: { tier: reddis, role: mster, mode: some }
        duration: 8 s
      - explode: { tier: api }
        duration: 8s
    expect:
      linearizable: true
      availability: { during: "> 90%" }

    """

  static let manyProblemsMessage = """
    p.yml:1:7: invalid value for `name`: Redis Kill; it must be lower-case words joined by hyphens, like `redis-master-kill`
    p.yml:3:15: unknown SQL flavour `patrony`; did you mean `patroni`?
    p.yml:4:38: invalid value for `clients`: 0; it must be a whole number from 1 to 256
    p.yml:4:47: invalid value for `keys`: 5 keys; it must be a whole number from 1 to 100000
    p.yml:4:55: unknown word in `workload`: `raed-share`; did you mean `read-share`?
    p.yml:5:25: invalid value for `before`: 10; it must be a duration with its unit: `500ms`, `8s`, `2m`
    p.yml:7:19: unknown tier `reddis`; did you mean `redis`?
    p.yml:7:33: unknown role `mster`; did you mean `master`?
    p.yml:7:46: unknown mode `some`; it is one of `one`, `all`, `minority`, `majority`, `fixed`, `fixed-percent`
    p.yml:8:15: invalid value for `duration`: 8 s; it must be a duration with its unit (`500ms`, `8s`, `2m`), or `until-recovered`
    p.yml:9:5: unknown word in a fault: `explode`; it is one of `kill`, `stop`, `pause`, `restart`, `crash-loop`, `isolate`, `partition`, `loss`, `reset`, `latency`, `bandwidth`, `dns-failure`, `cpu-limit`, `memory-limit`, `flush`, `failover`, `drain`, `wipe`, `clock`, `disk-full`, `read-only`, `file-limit`, `scale`, `forget`, `move-slots`, `sequence`, `parallel`, `random`, `at`, `duration`, `every`
    p.yml:13:27: invalid value for `during`: > 90%; it must be a least percentage in quotes: `">= 99%"`
    """
}

/// A plan with one thing wrong, and what is said of it.
struct BadPlan: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let message: String

  var testDescription: String { name }

  private static func with(_ name: String, _ change: (String) -> String, _ message: String) -> BadPlan {
    BadPlan(name: name, text: change(Texts.smallest), message: message)
  }

  private static func fault(_ name: String, _ fault: String, _ message: String) -> BadPlan {
    with(name, { $0.replacing("faults: []", with: "faults:\n  - \(fault)") }, message)
  }

  static let all: [BadPlan] = [
    BadPlan(name: "empty", text: "", message: "p.yml: the file has no plan in it; see `chaos/` for examples"),
    BadPlan(
      name: "a list", text: "- a\n",
      message: "p.yml:1:1: the plan must be a mapping of words to values, like `the plan: { … }`"),
    BadPlan(
      name: "not YAML", text: "name: [a\n", message: "p.yml:2:1: not YAML: did not find expected ',' or ']'"),
    with(
      "a word twice", { $0 + "name: b\n" }, "p.yml:1:1: the word `name` is repeated in one mapping"),
    with(
      "no faults", { $0.replacing("faults: []\n", with: "") },
      "p.yml:1:1: the plan has no `faults`; it needs a list (`[]` for a run without faults)"),
    with(
      "a misspelt field is said once", { $0.replacing("faults:", with: "fault:") },
      "p.yml:4:1: unknown word in the plan: `fault`; did you mean `faults`?"),
    with(
      "shares over 1", { $0.replacing("keys: 1", with: "keys: 1, read-share: 0.7, delete-share: 0.4") },
      "p.yml:3:81: `read-share` and `delete-share` are more than 1 together"),
    with(
      "a mix that is not 1", { $0.replacing("keys: 1", with: "keys: 1, ack: { queued: 0.7 }") },
      "p.yml:3:55: the shares of `ack` must sum to 1"),
    with(
      "linearizable without committed writes", { $0 + "expect: { linearizable: true }\n" },
      "p.yml:5:25: `linearizable` needs a workload with `committed` in `ack` and `linearizable` in `read`; "
        + "nothing else promises it"),
    with(
      "a negative seed", { $0 + "seed: -1\n" },
      "p.yml:5:7: invalid value for `seed`: -1; it must be a whole number from 0 to 18446744073709551615"),
    fault(
      "a role that the tier never has", "{ kill: { tier: api, role: leader }, duration: 1s }",
      "p.yml:5:32: no node of `api` is ever a `leader`; its roles: `member`"),
    fault(
      "no duration", "{ kill: { tier: api } }",
      "p.yml:5:5: a fault has no `duration`; it needs the time until it is healed, like `8s`"),
    fault(
      "nothing done", "{ duration: 1s }",
      "p.yml:5:5: a fault does not say what it does; one of `kill`, `stop`, `pause`, `restart`, `crash-loop`, `isolate`, `partition`, `loss`, `reset`, `latency`, `bandwidth`, `dns-failure`, `cpu-limit`, `memory-limit`, `flush`, `failover`, `drain`, `wipe`, `clock`, `disk-full`, `read-only`, `file-limit`, `scale`, `forget`, `move-slots`, `sequence`, "
        + "`parallel`, `random`"),
    fault(
      "two things done", "{ kill: { tier: api }, pause: { tier: api }, duration: 1s }",
      "p.yml:5:35: a fault does one thing; write `pause` as a separate fault"),
    fault(
      "a mode without its number", "{ kill: { tier: api, mode: fixed }, duration: 1s }",
      "p.yml:5:32: `mode: fixed` needs a number: `mode: { fixed: 2 }`"),
    fault(
      "no tier", "{ kill: { mode: one }, duration: 1s }",
      "p.yml:5:13: `kill` has no `tier`; it needs one of `proxy`, `api`, `worker`, `redis`, `rabbitmq`, `sql`, `etcd`, `all`"
    ),
    fault(
      "a majority that was not offered", "{ kill: { tier: api, mode: all }, duration: 1s }",
      "p.yml:5:13: `kill` on all of api takes a majority down; if this is intended, set "
        + "`safety: { allow-majority-loss: true }`"),
    fault(
      "a sequence of nothing", "{ sequence: [] }",
      "p.yml:5:17: `sequence` must be a list of faults that is not empty"),
    fault(
      "a group that repeats",
      "{ sequence: [{ kill: { tier: api }, duration: 1s }], every: { interval: 1s, times: 2 } }",
      "p.yml:5:58: unknown word in a fault: `every`; it is one of `kill`, `stop`, `pause`, `restart`, `crash-loop`, "
        + "`isolate`, `partition`, `loss`, `reset`, `latency`, `bandwidth`, `dns-failure`, `cpu-limit`, `memory-limit`, `flush`, `failover`, `drain`, `wipe`, `clock`, `disk-full`, `read-only`, `file-limit`, `scale`, `forget`, `move-slots`, `sequence`, `parallel`, `random`, `at`"
    ),
    fault(
      "every without times", "{ kill: { tier: api }, duration: 1s, every: { interval: 1s } }",
      "p.yml:5:49: `every` has no `times`; it needs how often it strikes"),
    fault(
      "random without a time", "{ random: { interval: 1s, faults: [{ kill: { tier: api }, duration: 1s }] } }",
      "p.yml:5:15: `random` has no `for`; it needs its duration, like `10m`"),
    fault(
      "random in random",
      "{ random: { for: 9s, interval: 1s, faults: [{ random: { for: 1s, interval: 1s, faults: [] } }] } }",
      "p.yml:5:59: `random` cannot be one of the faults of `random`; give it single faults"),
    fault(
      "an owner that is none", "{ kill: { tier: sql, owner-of: a }, duration: 1s }",
      "p.yml:5:36: `owner-of` is for `redis`, whose masters own slots of keys"),
    with(
      "a condition that never stops", { $0 + "safety: { stop-when: { window: 5s } }\n" },
      "p.yml:5:22: `stop-when` needs `availability` or `unserved`"),
    with(
      "a condition the wrong way round", { $0 + "safety: { stop-when: { availability: '> 20%' } }\n" },
      "p.yml:5:38: invalid value for `availability`: > 20%; it must be a percentage below which to stop, in quotes: "
        + "`\"< 20%\"`"),
    fault(
      "an unknown signal", "{ kill: { tier: api, signal: KILL }, duration: 1s }",
      "p.yml:5:34: unknown signal `KILL`; it is one of `SIGKILL`, `SIGTERM`, `SIGINT`, `SIGQUIT`, `SIGABRT`, `SIGSEGV`, "
        + "`SIGHUP`"),
  ]
}
