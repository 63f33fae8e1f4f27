import Foundation

/// One run of the `kvchaos` that was built with these tests.
struct ProgramRun {
  var status: Int32
  var output: String
  var errors: String

  /// The folder of the products: that of the tests' own executable, or on macOS of the bundle that they are in.
  private static let products: URL =
    Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL.deletingLastPathComponent()
    ?? Bundle.main.bundleURL

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - input: what it finds on standard input.
  ///   - pipe: what is its standard input instead.
  ///   - environment: added to that of the tests.
  init(_ arguments: [String], input: String = "", pipe: Pipe? = nil, environment: [String: String] = [:]) throws {
    let folder = try TemporaryFolder()
    let (input, output, errors) = (
      try folder.file("input", input), try folder.file("output"), try folder.file("errors")
    )
    let process = Process()
    process.executableURL = Self.products.appendingPathComponent("kvchaos")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let pipe {
      process.standardInput = pipe
    } else {
      process.standardInput = try FileHandle(forReadingFrom: input)
    }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    self.output = try String(contentsOf: output, encoding: .utf8)
    self.errors = try String(contentsOf: errors, encoding: .utf8)
  }
}
