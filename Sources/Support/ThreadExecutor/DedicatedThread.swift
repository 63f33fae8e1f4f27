import Glibc

/// Starts detached threads for work that blocks in C libraries, which must not happen on Swift's cooperative pool.
public enum DedicatedThread {
  private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// Runs `body` on a new detached thread; `name` shows in `top -H` (15 bytes at most, longer ones are cut).
  ///
  /// Traps when the system refuses a thread: at that point nothing of the service can work.
  public static func start(name: String, _ body: @escaping @Sendable () -> Void) {
    let code = create(Unmanaged.passRetained(Body(name: name, run: body)).toOpaque())
    guard code == 0 else { fatalError("the system refused a new thread for \(name): pthread_create gave \(code)") }
  }

  private static func create(_ argument: UnsafeMutableRawPointer) -> Int32 {
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, { DedicatedThread.main($0) }, argument)
    if code == 0 { pthread_detach(thread) }
    return code
  }

  private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
    nameThread(body.name)
    body.run()
    return nil
  }

  /// Names the calling thread. `pthread_setname_np` is a GNU extension that Swift's Glibc module does not show; the
  /// kernel's file does the same, and a failure changes nothing but a name.
  private static func nameThread(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    let bytes = Array(name.utf8.prefix(15))
    _ = write(file, bytes, bytes.count)
    close(file)
  }
}
