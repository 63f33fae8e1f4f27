import Failures
import Foundation

/// The folder of one run: `results/<plan>/<UTC time>/`, with the link `latest` beside it.
public struct ResultsFolder: Sendable, Hashable {
  public let path: String
  private let parent: String
  private let name: String

  /// Makes the folder. Two runs that begin in one second get different names.
  ///
  /// - Parameter hasLogs: whether it gets a folder `logs`.
  /// - Throws: `CommandError` with `internalFault`.
  public init(root: String, plan: String, startedAt: Date, hasLogs: Bool = true) throws(CommandError) {
    parent = "\(root)/\(plan)"
    let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day().dateSeparator(.omitted)
      .time(includingFractionalSeconds: false).timeSeparator(.omitted)
    let base = startedAt.formatted(style) + "Z"
    let manager = FileManager.default
    do {
      try manager.createDirectory(atPath: parent, withIntermediateDirectories: true)
      name = try Self.create(base, in: parent)
      path = "\(parent)/\(name)"
      if hasLogs { try manager.createDirectory(atPath: "\(path)/logs", withIntermediateDirectories: false) }
    } catch {
      throw CommandError(
        .internalFault, "the results folder \(root)/\(plan) cannot be made: \(error.localizedDescription)")
    }
  }

  /// Creates a folder that must not exist yet: the system decides which of two runs creates it.
  ///
  /// - Returns: its name.
  private static func create(_ base: String, in parent: String) throws -> String {
    for number in 0..<1_000 {
      let name = number == 0 ? base : "\(base)-\(number)"
      do {
        try FileManager.default.createDirectory(atPath: "\(parent)/\(name)", withIntermediateDirectories: false)
        return name
      } catch let error as CocoaError where error.code == .fileWriteFileExists {
        continue
      }
    }
    throw CocoaError(.fileWriteFileExists)
  }

  public func file(_ name: String) -> String { "\(path)/\(name)" }

  public func write(_ text: String, to name: String) throws(CommandError) {
    do {
      try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    } catch {
      throw CommandError(.internalFault, "\(file(name)) cannot be written: \(error.localizedDescription)")
    }
  }

  /// Points `latest` at this run, in one step: the link is there all the time.
  public func linkLatest() {
    let new = "\(parent)/.latest-\(name)"
    guard (try? FileManager.default.createSymbolicLink(atPath: new, withDestinationPath: name)) != nil else { return }
    if rename(new, "\(parent)/latest") != 0 { try? FileManager.default.removeItem(atPath: new) }
  }
}
