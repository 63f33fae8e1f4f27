import Testing

@testable import DockerEngine

struct StreamDemultiplexerTests {
  private func frame(_ stream: UInt8, _ text: String) -> [UInt8] {
    let payload = Array(text.utf8)
    return [stream, 0, 0, 0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: payload.count >> $0) } + payload
  }

  /// In pieces of every size, down to single bytes, in the middle of headers and payloads.
  @Test(arguments: [1, 2, 3, 7, 8, 9, 1_000])
  func framesComeOutWholeWhateverThePieces(size: Int) throws {
    let bytes = frame(1, "out") + frame(2, "") + frame(2, String(repeating: "e", count: 300)) + frame(1, "end\n")
    var demultiplexer = StreamDemultiplexer()
    var frames: [StreamDemultiplexer.Frame] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      frames += try demultiplexer.feed(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    #expect(frames.map(\.stream) == [.output, .error, .error, .output])
    #expect(frames.map(\.payload.count) == [3, 0, 300, 4])
    #expect(!demultiplexer.hasPartialFrame)
  }

  @Test func aTruncatedFrameIsNotGivenOut() throws {
    var demultiplexer = StreamDemultiplexer()
    #expect(try demultiplexer.feed(frame(1, "abc").dropLast()).isEmpty)
    #expect(demultiplexer.hasPartialFrame)
  }

  @Test func whatIsNoFrameIsAnError() {
    var demultiplexer = StreamDemultiplexer()
    #expect(throws: DockerEngineError.self) { try demultiplexer.feed(Array("plain text".utf8)) }
  }
}
