/// The wall clock of a container's server, asked of the server itself, against the machine's.
struct ServerClock: Sendable, Hashable {
  /// How far it is ahead, at least and at most: its answer came between two readings of the machine's clock.
  var leastOffset: Duration
  var mostOffset: Duration

  /// How a server of each image is asked, in milliseconds since 1970. Commands that are run beside it have the
  /// machine's clock.
  private static let script = #"""
    machine() { date +%s%3N; }
    if [ -x /usr/lib/postgresql/17/bin/postgres ]; then
      server() {
        psql -h /run/postgresql -U postgres -Atqc 'select (extract(epoch from clock_timestamp()) * 1000)::bigint'
      }
    elif [ -x /usr/lib/rabbitmq/bin/rabbitmqctl ]; then
      export HOME=/var/lib/rabbitmq RABBITMQ_NODENAME="rabbit@$HOSTNAME"
      # The command takes seconds to start, so that the broker reads the machine's clock, too: by a child without the library.
      /usr/lib/rabbitmq/bin/rabbitmqctl -q eval '
        Machine = fun() -> string:trim(os:cmd("env -u LD_PRELOAD date +%s%3N")) end,
        A = Machine(), B = os:system_time(millisecond), C = Machine(), io:format("~s ~b ~s~n", [A, B, C]).' | head -n 1
      exit
    elif command -v redis-server >/dev/null; then
      server() { REDISCLI_AUTH="$KV_REDIS_PASSWORD" redis-cli time | { read -r s; read -r us; echo $((s * 1000 + us / 1000)); }; }
    else
      service=$(tr '\0' '\n' </proc/1/cmdline | grep -x 'kv-[aw][a-z]*' | tail -n 1)
      server() { "$service" metrics | awk '/^process_clock_seconds/ { printf "%.0f\n", $2 * 1000 }'; }
    fi
    before=$(machine); now=$(server); echo "$before $now $(machine)"
    """#

  /// `nil` when the server does not answer: it is starting, or in no state to.
  static func read(in undo: Undo, of environment: FaultEnvironment) async throws -> ServerClock? {
    let result = try await environment.inside(for: undo.kind).run(
      ["bash", "-c", script], in: undo.target.container, timeout: .seconds(60))
    let times = result.output.split(whereSeparator: \.isWhitespace).compactMap { Int64($0) }
    guard times.count == 3 else { return nil }
    return ServerClock(
      leastOffset: .milliseconds(times[1] - times[2]), mostOffset: .milliseconds(times[1] - times[0]))
  }

  /// Whether it may be `offset` ahead, give or take what a reading costs.
  func allows(_ offset: Duration, within tolerance: Duration) -> Bool {
    leastOffset - tolerance <= offset && offset <= mostOffset + tolerance
  }
}
