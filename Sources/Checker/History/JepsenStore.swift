import CZlib

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Jepsen's binary store of a test, `test.jepsen`: blocks of data that an index names, one of them the history.
///
/// Written after the format's description in Jepsen's own `jepsen.store.format`. Version 0 (2022) has the history as
/// one value, version 1 (since 2023) as a vector in chunks. Only blocks that the history needs are read.
struct JepsenStore {
  static let magic = Array("JEPSEN".utf8)

  enum BlockType: UInt16 {
    case index = 1
    case fressian, partialMap, fressianStream, bigVector
  }

  struct Block {
    var type: BlockType
    var data: [UInt8]
  }

  /// Why a store cannot be read.
  struct Damage: Error {
    var reason: String
    /// It is not the store: a limit was reached.
    var limit: HistoryError.Limit?
  }

  private static let headerBytes = 28
  private let descriptor: Int32
  private let length: Int
  private var offsets: [UInt32: Int] = [:]
  private(set) var root: UInt32 = 0

  /// - Parameter descriptor: a file that can be read at any place.
  init(descriptor: Int32, length: Int) throws(Damage) {
    self.descriptor = descriptor
    self.length = length
    let header = try bytes(at: 0, count: 18)
    let version = Self.number(header[6..<10])
    guard version <= 1 else { throw Damage(reason: "it has version \(version) of its format; 0 and 1 are known") }
    let index = Int(clamping: Self.number(header[10..<18]))
    guard index > 0 else { throw Damage(reason: "it has no index of its blocks: the test was killed before it began") }
    let block = try self.block(at: index)
    guard block.type == .index, block.data.count >= 4, (block.data.count - 4) % 12 == 0 else {
      throw Damage(reason: "its index is none")
    }
    root = UInt32(Self.number(block.data[0..<4]))
    for place in stride(from: 4, to: block.data.count, by: 12) {
      let id = UInt32(Self.number(block.data[place..<(place + 4)]))
      offsets[id] = Int(clamping: Self.number(block.data[(place + 4)..<(place + 12)]))
    }
  }

  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

  /// The bytes that a block takes, its header among them.
  func blockLength(_ id: UInt32) throws(Damage) -> Int {
    guard let offset = offsets[id] else { throw Damage(reason: "block \(id) is not in its index") }
    return Int(clamping: Self.number(try bytes(at: offset, count: 8)[...]))
  }

  func block(_ id: UInt32) throws(Damage) -> Block {
    guard let offset = offsets[id] else { throw Damage(reason: "block \(id) is not in its index") }
    return try block(at: offset)
  }

  private func block(at offset: Int) throws(Damage) -> Block {
    var header = try bytes(at: offset, count: Self.headerBytes)
    let size = Int(clamping: Self.number(header[0..<8]))
    let checksum = Self.number(header[8..<12])
    guard size >= Self.headerBytes, let type = BlockType(rawValue: UInt16(Self.number(header[12..<14]))) else {
      throw Damage(reason: "no block begins at \(offset)")
    }
    let data = try bytes(at: offset + Self.headerBytes, count: size - Self.headerBytes)
    // The checksum is that of the data, then of the header without the checksum itself.
    header.replaceSubrange(8..<12, with: [0, 0, 0, 0])
    let sum = crc32_z(crc32_z(0, data, data.count), header, header.count)
    guard UInt64(sum) == checksum else { throw Damage(reason: "the checksum of the block at \(offset) is wrong") }
    return Block(type: type, data: data)
  }

  private func bytes(at offset: Int, count: Int) throws(Damage) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= length, count <= length - offset else {
      throw Damage(reason: "it ends before the block at \(offset) does: it was cut short")
    }
    var filled = 0
    var isShort = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while filled < count {
        let part = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
        if part < 0, errno == EINTR { continue }
        if part <= 0 { break }
        filled += part
      }
      isShort = filled < count
      initialized = filled
    }
    guard !isShort else { throw Damage(reason: "it cannot be read at \(offset)") }
    return bytes
  }

  // MARK: The history

  /// The block that the test's map names as its history; `nil` where there is none yet.
  func historyBlock() throws(Damage) -> UInt32? {
    guard root != 0 else { throw Damage(reason: "it has no test") }
    var id = root
    // A map may go on in other blocks.
    for _ in 0..<16 {
      let block = try block(id)
      guard block.type == .fressian || block.type == .partialMap else { throw Damage(reason: "its test is no map") }
      let skipped = block.type == .partialMap ? 4 : 0
      guard block.data.count > skipped else { throw Damage(reason: "its test is no map") }
      var symbols = Symbols()
      let found: Result<Token, LineFailure> = block.data[skipped...].withUnsafeBufferPointer { bytes in
        var reader = FressianReader(bytes)
        do throws(LineFailure) {
          return .success(try reader.value(&symbols))
        } catch {
          return .failure(error)
        }
      }
      guard case .success(let test) = found, let entries = symbols.entries(test) else {
        throw Damage(reason: "its test is no map")
      }
      if let history = entries.first(where: { symbols.keyword($0.key) == "history" }) {
        guard case .tagged("block-ref", .integer(let number)) = symbols.value(history.value) else { return nil }
        return UInt32(exactly: number)
      }
      let rest = skipped == 0 ? 0 : UInt32(Self.number(block.data[0..<4]))
      guard rest != 0 else { return nil }
      id = rest
    }
    throw Damage(reason: "its test does not end")
  }
}
