import Foundation

/// The checkout that these tests were built from.
public enum Repository {
  public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// - Parameter path: relative to the root.
  public static func file(_ path: String) -> URL { root.appending(path: path) }
}
