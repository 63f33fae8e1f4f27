/// An instruction to the servers of a container about their clock and disk, through the library that their images
/// preload (`compose/images/preload/kvfault.c`). A container starts without one.
public enum PreloadedOrder {
  /// The part of the order that is given; the other stays as it is.
  enum Part: Sendable, Hashable {
    /// The wall clock is off by so much from now on, and gains `rate` nanoseconds a second.
    case clock(offsetNanoseconds: Int64, rate: Int64)
    case disk(Disk)

    fileprivate var assignments: String {
      switch self {
      case .clock(let offset, let rate):
        "read -r up _ </proc/uptime; words[0]=\(offset) words[1]=\(rate) words[2]=$((${up/./} * 10000000))"
      case .disk(let disk): "words[3]=\(disk.rawValue)"
      }
    }
  }

  /// What the data's disk is.
  enum Disk: Int, Sendable, Hashable {
    case sound = 0
    case full = 1
    case readOnly = 2
  }

  /// The file, its lock held on descriptor 9, and its words; zeros where it orders nothing.
  private static let read = """
    file=/run/kvchaos/faults
    [ -s "$file" ] || { echo "no server here has libkvfault.so preloaded, which its clock and disk are reached by"; exit 3; }
    exec 9<>"$file"; flock -w 5 9
    read -r -a words < <(od -An -v -w40 -N40 -td8 "$file")
    check() { echo $((words[0] ^ words[1] ^ words[2] ^ words[3] ^ 0x6b7666)); }
    [ "$(check)" = "${words[4]}" ] || words=(0 0 0 0)

    """

  /// A script that gives an order, in one write, so that no server reads a half of it for long.
  static func script(_ part: Part) -> String {
    read + """
      \(part.assignments)
      words[4]=$(check) bytes=
      for word in "${words[@]}"; do
        for ((shift = 0; shift < 64; shift += 8)); do printf -v bytes '%s\\\\x%02x' "$bytes" $((word >> shift & 255)); done
      done
      printf "$bytes" 1<>"$file"
      """
  }

  /// What an order to the clock leaves in a container that no ledger knows of.
  static let clockLeftover = FaultLeftover(
    word: "clock", search: search(#"[ "${words[0]}" = 0 ] && [ "${words[1]}" = 0 ] || echo clock"#),
    removal: script(.clock(offsetNanoseconds: 0, rate: 0)))
  static let diskLeftover = FaultLeftover(
    word: "disk", search: search(#"[ "${words[3]}" = 0 ] || echo disk"#), removal: script(.disk(.sound)))

  /// A script that looks at the order as it stands; nothing where there is no library. Ends with 1 where the order
  /// cannot be read.
  private static func search(_ look: String) -> String {
    """
    (
      [ -s /run/kvchaos/faults ] || exit 0
      \(read.replacing("9<>", with: "9<"))
      \(look)
    ) || exit 1

    """
  }

  /// Why no order reaches a program, as the end of a sentence.
  public static func unreachable(_ program: String) -> String {
    "\(program) is a Go program, which asks the kernel without the C library, so that no preloaded library reaches it"
  }

  /// A script that prints the order as it stands: offset, rate, since when (nanoseconds since boot), disk.
  static let reading = read + #"echo "${words[@]:0:4}""#
}

extension FaultEnvironment {
  func order(_ part: PreloadedOrder.Part, in undo: Undo, orThrow code: FaultError.Code) async throws {
    try await shell(PreloadedOrder.script(part), in: undo, orThrow: code)
  }

  /// The words of the order as it stands.
  func standingOrder(in undo: Undo, orThrow code: FaultError.Code) async throws -> [Int64] {
    let text = try await shell(PreloadedOrder.reading, in: undo, orThrow: code)
    let words = text.split(whereSeparator: \.isWhitespace).compactMap { Int64($0) }
    guard words.count == 4 else {
      throw FaultError(code: code, message: "the order to the servers of \(undo.target.container) cannot be read")
    }
    return words
  }

  /// Whether a container runs: of one that is down nothing is left that an order could have been given to.
  func isRunning(_ undo: Undo) async throws -> Bool {
    try await runtime.state(of: undo.target.container).status == .running
  }
}
