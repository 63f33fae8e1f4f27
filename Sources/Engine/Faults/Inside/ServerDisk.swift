/// The result of a server's writes to its data disk, as the server itself reports it.
enum ServerDisk {
  /// What it says of a write.
  enum Answer: Sendable, Hashable {
    case sound
    case full
    case readOnly
    /// It does not say: it is down, or starting.
    case none(String)

    init(_ result: CommandResult) {
      let text = result.output + result.error
      if text.contains("No space left on device") || text.contains("enospc") {
        self = .full
      } else if text.contains("Read-only file system") || text.contains("erofs") {
        self = .readOnly
      } else {
        self = result.exitCode == 0 && text.contains("written") ? .sound : .none(result.lastWords)
      }
    }
  }

  /// A write by the server: a sort of PostgreSQL's that does not fit its memory, Redis' file of the cluster, a file of
  /// RabbitMQ's.
  private static let server = """
    if [ -x /usr/lib/postgresql/17/bin/postgres ]; then
      psql -h /run/postgresql -U postgres -Atqc "set work_mem = '64kB';
        select 'written' from (select g from generate_series(1, 50000) g order by md5(g::text)) s limit 1" 2>&1
    elif [ -x /usr/lib/rabbitmq/bin/rabbitmqctl ]; then
      export HOME=/var/lib/rabbitmq RABBITMQ_NODENAME="rabbit@$HOSTNAME"
      /usr/lib/rabbitmq/bin/rabbitmqctl -q eval '
        case file:write_file("/var/lib/rabbitmq/.kvchaos", "x") of
          ok -> file:delete("/var/lib/rabbitmq/.kvchaos"), written;
          Error -> Error
        end.' 2>&1
    elif command -v redis-server >/dev/null; then
      REDISCLI_AUTH="$KV_REDIS_PASSWORD" redis-cli cluster saveconfig 2>&1 | sed 's/^OK$/written/'
    fi
    """
  /// A write by a process that is started as the servers are.
  private static let newProcess = """
    for folder in /var/lib/redis /var/lib/rabbitmq /var/lib/kvchaos; do
      grep -q " $folder " /proc/mounts || continue
      KV_FAULT_FILE=/run/kvchaos/faults KV_FAULT_DISK=$folder LD_PRELOAD=/usr/local/lib/libkvfault.so \\
        dd if=/dev/zero of="$folder/.kvchaos" bs=1 count=1 2>&1 && echo written
      rm -f "$folder/.kvchaos"
    done
    """

  static func askServer(_ undo: Undo, in environment: FaultEnvironment) async throws -> Answer {
    try await ask(server, undo, environment)
  }

  static func askNewProcess(_ undo: Undo, in environment: FaultEnvironment) async throws -> Answer {
    try await ask(newProcess, undo, environment)
  }

  private static func ask(_ script: String, _ undo: Undo, _ environment: FaultEnvironment) async throws -> Answer {
    let result = try await environment.inside(for: undo.kind).run(
      ["bash", "-c", script], in: undo.target.container, timeout: .seconds(60))
    return Answer(result)
  }
}
