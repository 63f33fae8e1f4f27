import Foundation
import Synchronization

/// Shows a run's progress on standard error: one line drawn again on a terminal, plain lines elsewhere.
public final class ConsoleProgress: Sendable {
  private struct State {
    var isLineOpen = false
    var lastPlain: Duration = .zero
  }

  private static let plainInterval = Duration.seconds(5)
  private let isTerminal: Bool
  private let hasColour: Bool
  private let state = Mutex(State())

  /// - Parameter isTerminal: `nil` asks the system. Colours are off with `NO_COLOR` (no-color.org) or `TERM=dumb`.
  public init(
    isTerminal: Bool? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    let isDumb = environment["TERM"] == "dumb"
    self.isTerminal = (isTerminal ?? (isatty(STDERR_FILENO) == 1)) && !isDumb
    hasColour = self.isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
  }

  public func show(_ progress: RunProgress) {
    state.withLock { state in
      switch progress {
      case .note(let text): writeLine(text, &state)
      case .phase(let phase):
        state.lastPlain = .zero
        if !isTerminal || phase == .prepare { writeLine("== \(phase.rawValue)", &state) }
      case .live(let line): live(line, &state)
      }
    }
  }

  /// Ends the line that is drawn again, so that what follows begins on a line of its own.
  public func finish() {
    state.withLock { state in
      if state.isLineOpen { write("\r\u{1B}[K") }
      state.isLineOpen = false
    }
  }

  private func live(_ line: LiveLine, _ state: inout State) {
    guard isTerminal else {
      guard line.elapsed - state.lastPlain >= Self.plainInterval else { return }
      state.lastPlain = line.elapsed
      writeLine("   \(line.text)", &state)
      return
    }
    let text = String(line.text.prefix(columns() - 1))
    let isBad = line.openFaults.isEmpty == false
    write("\r\u{1B}[K" + (hasColour && isBad ? "\u{1B}[33m\(text)\u{1B}[0m" : text))
    state.isLineOpen = true
  }

  private func writeLine(_ text: String, _ state: inout State) {
    if state.isLineOpen { write("\r\u{1B}[K") }
    state.isLineOpen = false
    write(text + "\n")
  }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  private func columns() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
    return Int(size.ws_col)
  }
}
