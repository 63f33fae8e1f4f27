import Foundation
import History
import Randomness
import Testing

@testable import Consistency

/// Damaged histories: whatever is in a file, it gets a verdict or an error that names what is wrong, never a crash.
@Suite struct FuzzTests {
  /// Our histories of every format; those of `HistoryTests` have what the known ones lack.
  static let originals = KnownHistoryTests.fixtures.map(\.path) + readerFixtures

  private static var readerFixtures: [String] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../HistoryTests/Fixtures"
    ).standardizedFileURL
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { folder.appendingPathComponent($0).path }
  }

  /// What the formats take for more than itself.
  private static let special =
    Array("{}[]()\"\\:,#;_-.0123456789eEnulltruefalse \t\r\n\u{0}é".utf8) + [0x1F, 0x8B, 0x28, 0xFF]

  @Test(arguments: originals)
  func damagedHistoriesGetAVerdictOrAnError(original: String) throws {
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: original)))
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var random = SplitMix64(scattering: UInt64(bytes.count))
    let checker = ConsistencyChecker(options: CheckOptions(timeout: .seconds(2)))
    var outcomes: [String: Int] = [:]
    for _ in 0..<300 {
      try Data(damaged(bytes, &random)).write(to: URL(fileURLWithPath: path))
      do {
        outcomes[try checker.check(path: path).verdict.rawValue, default: 0] += 1
      } catch let error as HistoryError {
        outcomes["error", default: 0] += 1
        #expect(error.description.hasPrefix(path))
      } catch is ConsistencyError {
        outcomes["no history", default: 0] += 1
      }
    }
    // Nearly every byte is under a checksum.
    let isChecked = [".jepsen", ".gz", ".zst"].contains { original.hasSuffix($0) }
    #expect(outcomes["error", default: 0] > 0 && (isChecked || outcomes.count > 1), "\(outcomes)")
  }

  private func damaged(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] = Self.special.randomElement(using: &random) ?? 0
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.insert(Self.special.randomElement(using: &random) ?? 0, at: place)
      case 3: bytes.removeSubrange(place..<end)
      case 4: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0..<bytes.count, using: &random))
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }

  @Test(arguments: ["[", "{", "(", "#{", "#_", "#a ", "{:a ", #"{"a":"#], [1_000, 1_000_000])
  func whatIsNestedTooDeeplyIsAnError(opening: String, depth: Int) {
    let value = String(repeating: opening, count: depth)
    for text in [
      value, "{:process 1, :type :ok, :f :read, :value \(value)}", #"{"process":1,"value":\#(value)"#,
      #"[{"process":1,"value":\#(value)"#, "1\t:ok\t:read\t\(value)",
    ] {
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("deep-\(UUID().uuidString)").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      // Cut short or not: no stack is long enough for what a file can hold.
      #expect(throws: HistoryError.self) {
        try Data((text + "\n{:process 1, :type :ok, :f :read}\n").utf8).write(to: URL(fileURLWithPath: path))
        _ = try ConsistencyChecker().check(path: path)
      }
    }
  }
}
