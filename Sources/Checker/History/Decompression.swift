import CZlib
import CZstd

/// Reads ahead a few bytes, so that a source's content can be looked at before it is read.
final class PeekedSource: ByteSource {
  private let source: any ByteSource
  private var ahead: [UInt8]

  init(_ source: any ByteSource) throws(HistoryError) {
    self.source = source
    var bytes = [UInt8](repeating: 0, count: 4)
    var filled = 0
    while filled < bytes.count {
      let count = try Self.read(source, into: &bytes, from: filled)
      if count == 0 { break }
      filled += count
    }
    ahead = Array(bytes.prefix(filled))
  }

  private static func read(_ source: any ByteSource, into bytes: inout [UInt8], from start: Int) throws(HistoryError)
    -> Int
  {
    let result: Result<Int, HistoryError> = bytes.withUnsafeMutableBytes { buffer in
      do throws(HistoryError) {
        return .success(try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...])))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// The source with what compressed it undone, if anything did, as its first bytes say.
  func decompressed(name: String, limits: ReadingLimits) throws(HistoryError) -> any ByteSource {
    if ahead.starts(with: [0x1F, 0x8B]) { return try GzipSource(self, name: name) }
    if ahead == [0x28, 0xB5, 0x2F, 0xFD] { return try ZstdSource(self, name: name, limits: limits) }
    return self
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HistoryError) -> Int {
    guard !ahead.isEmpty else { return try source.read(into: buffer) }
    let count = min(ahead.count, buffer.count)
    buffer.copyBytes(from: ahead.prefix(count))
    ahead.removeFirst(count)
    return count
  }
}

/// Undoes gzip, also of several members one after the other, and with zeros behind them as tapes leave them.
final class GzipSource: ByteSource {
  private let source: any ByteSource
  private let name: String
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var isBetweenMembers = false

  init(_ source: any ByteSource, name: String) throws(HistoryError) {
    self.source = source
    self.name = name
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: 1 << 16, alignment: 16)
    // 15 bits of window, plus 16: gzip and nothing else.
    guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .compression(file: name, reason: "zlib does not start")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HistoryError) -> Int {
    stream.pointee.next_out = buffer.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(clamping: buffer.count)
    while true {
      if stream.pointee.avail_in == 0 {
        let count = try source.read(into: input)
        guard count > 0 else {
          if isBetweenMembers { return 0 }
          throw .compression(file: name, reason: PeekedSource.endsEarly("gzip -dc"))
        }
        stream.pointee.next_in = input.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_in = UInt32(count)
      }
      if isBetweenMembers {
        while stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0 {
          stream.pointee.next_in += 1
          stream.pointee.avail_in -= 1
        }
        guard stream.pointee.avail_in > 0 else { continue }
        inflateReset(stream)
        isBetweenMembers = false
      }
      let status = inflate(stream, Z_NO_FLUSH)
      let made = min(buffer.count, Int(UInt32.max)) - Int(stream.pointee.avail_out)
      switch status {
      case Z_OK, Z_BUF_ERROR: if made > 0 { return made }
      case Z_STREAM_END:
        isBetweenMembers = true
        if made > 0 { return made }
      default:
        throw .compression(
          file: name, reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)")
      }
    }
  }
}

/// Undoes Zstandard, also of several frames one after the other, and with zeros behind them.
final class ZstdSource: ByteSource {
  private let source: any ByteSource
  private let name: String
  private let stream: OpaquePointer
  private let input: UnsafeMutableRawBufferPointer
  private var filled = 0
  private var used = 0
  private var isBetweenFrames = false

  init(_ source: any ByteSource, name: String, limits: ReadingLimits) throws(HistoryError) {
    guard let stream = ZSTD_createDStream() else { throw .compression(file: name, reason: "zstd does not start") }
    self.source = source
    self.name = name
    self.stream = stream
    input = .allocate(byteCount: 1 << 16, alignment: 16)
    // The window is memory too: at most an eighth of all that there is.
    guard let memory = limits.memoryBytes else { return }
    let bits = max(10, min(27, Int.bitWidth - 1 - max(1, memory / 8).leadingZeroBitCount))
    _ = ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Int32(bits))
  }

  deinit {
    ZSTD_freeDStream(stream)
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HistoryError) -> Int {
    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    while output.pos == 0 {
      if used == filled { (filled, used) = (try source.read(into: input), 0) }
      let isAtEnd = filled == 0
      if isBetweenFrames {
        while used < filled, input[used] == 0 { used += 1 }
        if isAtEnd { return 0 }
        guard used < filled else { continue }
      }
      var part = ZSTD_inBuffer(src: input.baseAddress, size: filled, pos: used)
      let status = ZSTD_decompressStream(stream, &output, &part)
      used = part.pos
      guard ZSTD_isError(status) == 0 else {
        if ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge {
          throw .limitReached(file: name, .memory)
        }
        throw .compression(file: name, reason: String(cString: ZSTD_getErrorName(status)))
      }
      isBetweenFrames = status == 0
      if isAtEnd, !isBetweenFrames, output.pos == 0 {
        throw .compression(file: name, reason: PeekedSource.endsEarly("zstd -dc"))
      }
    }
    return output.pos
  }
}

extension PeekedSource {
  /// What is said of compressed data without their end.
  static func endsEarly(_ command: String) -> String {
    "they end early, without their checksum; to check the rest: `\(command) FILE | kvchaos check -`"
  }
}
