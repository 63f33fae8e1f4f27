import Dispatch
import History
import Synchronization

/// Passes blocks of events from the parsing thread to the checking thread, a few blocks ahead at most.
final class BlockChannel: Sendable {
  /// Some events, and what their function and level numbers mean.
  struct Block: Sendable {
    var events: [CompactEvent]
    var actions: [Action]
    var levels: [Level]
  }

  private struct State {
    var blocks: [Block] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let room = DispatchSemaphore(value: 4)
  private let filled = DispatchSemaphore(value: 0)

  /// Waits for room. - Returns: false when blocks are no longer taken.
  func send(_ block: Block) -> Bool {
    room.wait()
    let isOpen = state.withLock { state in
      if !state.isClosed { state.blocks.append(block) }
      return !state.isClosed
    }
    filled.signal()
    return isOpen
  }

  /// Waits for a block; `nil` when the channel is closed and empty.
  func receive() -> Block? {
    filled.wait()
    let block = state.withLock { $0.blocks.isEmpty ? nil : $0.blocks.removeFirst() }
    room.signal()
    return block
  }

  /// From the sender: nothing more will come.
  func finish() { filled.signal() }

  /// From the receiver: nothing more is wanted.
  func cancel() {
    state.withLock {
      $0.isClosed = true
      $0.blocks = []
    }
    for _ in 0..<8 { room.signal() }
  }
}
