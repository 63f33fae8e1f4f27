/// A serial executor on one thread of its own: for an actor that owns a blocking C handle.
///
/// The thread ends when the executor is released and its last job has run.
public final class ThreadExecutor: SerialExecutor {
  private let jobs: Mailbox<UnownedJob>

  /// Starts the thread; `name` shows in `top -H`.
  public init(name: String) {
    let jobs = Mailbox<UnownedJob>()
    self.jobs = jobs
    // The thread needs the executor's identity to run a job, but must not keep the executor alive.
    let identity = Identity()
    self.identity = identity
    DedicatedThread.start(name: name) {
      while let taken = jobs.takeAll() {
        for job in taken {
          guard let executor = identity.executor else {
            fatalError("a job came to a thread executor that is not there any more")
          }
          job.runSynchronously(on: executor.asUnownedSerialExecutor())
        }
      }
    }
    identity.executor = self
  }

  private let identity: Identity

  deinit { jobs.close() }

  public func enqueue(_ job: consuming ExecutorJob) {
    jobs.push(UnownedJob(job))
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  /// `@unchecked Sendable` is right because `executor` is set once, in `init`, before any job can be enqueued, and the
  /// mailbox's mutex orders that write before the thread's reads.
  private final class Identity: @unchecked Sendable {
    weak var executor: ThreadExecutor?
  }
}
