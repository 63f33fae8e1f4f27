import NIOCore

/// Runs tasks on one event loop, so that a request's work stays on the thread that read it: no hand-over to another
/// thread between the HTTP server, the service's logic and the cache's connections.
public final class EventLoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  public init(_ loop: any EventLoop) { self.loop = loop }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = asUnownedTaskExecutor()
    loop.execute { job.runSynchronously(on: executor) }
  }
}
