import Glibc

/// A file whose age tells another process in the container whether the worker is alive and connected.
enum Pulse {
  private static let path = "/tmp/kv-worker.pulse"

  /// Refreshes the file.
  static func beat() {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    _ = write(file, "1\n", 2)
    close(file)
  }

  /// Whether it was refreshed within the last `seconds`.
  static func isFresh(withinSeconds seconds: Int) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    return time(nil) - status.st_mtim.tv_sec <= seconds
  }
}
