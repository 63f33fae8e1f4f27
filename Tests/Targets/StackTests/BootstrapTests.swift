import Foundation
import TestSupport
import Testing

@testable import Stack

/// The parts of `scripts/bootstrap`, with an engine and package tools that do nothing but note what they are asked.
struct BootstrapTests {
  private static let scripts = Repository.file("scripts").path()

  private static func run(_ script: String, environment: [String: String] = [:]) async throws -> Bash {
    try await Bash.withFolder { folder in
      try await Bash.run(
        """
        set -euo pipefail
        for part in common packages engine images; do . \(scripts)/lib/$part.sh; done
        hostId=debian hostCodename=trixie
        require_root_on_debian() { echo "root: $1"; }
        update_package_lists() { :; }
        \(script)
        """, in: folder, environment: environment)
    }
  }

  // MARK: The project's name

  private static let badNames = ["Kvchaos", "a/../b", "-a", "a b", "a.b", "$(id)", String(repeating: "a", count: 64)]

  @Test(arguments: badNames) func aNameThatComposeRefusesIsRefused(name: String) async throws {
    let error = #expect(throws: StackError.self) {
      try StackConfiguration.current(environment: ["KVCHAOS_HOME": Repository.root.path, "KVCHAOS_PROJECT": name])
    }
    #expect(error?.code == .unavailable && error?.message.contains("KVCHAOS_PROJECT") == true)
    let script = try await Self.run("echo went on", environment: ["KVCHAOS_PROJECT": name])
    #expect(script.status == 69 && !script.output.contains("went on"), "\(script.output)")
  }

  @Test(arguments: ["kvchaos", "kv_chaos-2", "0"]) func othersAreTaken(name: String) async throws {
    let environment = ["KVCHAOS_HOME": Repository.root.path, "KVCHAOS_PROJECT": name, "KVCHAOS_HTTP_PORT": "8100"]
    let configuration = try StackConfiguration.current(environment: environment)
    #expect(configuration.project == name && configuration.ports == [.http: 8100])
    #expect(try await Self.run("echo $project", environment: ["KVCHAOS_PROJECT": name]).output == "\(name)\n")
  }

  // MARK: The engine

  private static let engine = """
    engine_answers() { return 1; }
    install_packages() { echo "installs ${*:2}"; }
    start_engine_without_init() { echo starts; }
    wait_for_engine() { :; }
    systemctl() { [ "$1" != start ] || echo starts; }
    id() { echo 0; }
    docker() { :; }
    unset DOCKER_HOST

    """

  /// Another package would take its place, with all that it holds.
  @Test func anInstalledEngineIsStarted() async throws {
    let result = try await Self.run(Self.engine + "dockerd() { :; }\nensure_engine")
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.hasSuffix("starts\n") || result.output.contains("systemctl start docker"))
    #expect(!result.output.contains("installs"), "\(result.output)")
  }

  @Test func whereThereIsNoneOneIsInstalled() async throws {
    let script = """
      command() { if [ "${2:-}" = dockerd ]; then return 1; fi; builtin command "$@"; }
      ensure_engine
      """
    let result = try await Self.run(Self.engine + script)
    #expect(result.output.contains("installs docker.io\n"), "\(result.output)")
  }

  @Test func aPackageIsNotInstalledAtTheCostOfAnother() async throws {
    let result = try await Self.run(
      """
      missing_packages() { echo "$@"; }
      apt-get() { echo "$*" >>calls; }
      install_packages "a test" docker.io
      cat calls
      """)
    #expect(result.output.contains("install -y --no-remove "), "\(result.output)")
  }

  // MARK: The base image

  /// An engine with these images, and a registry that has nothing.
  private static func baseImage(with images: String) async throws -> String {
    let result = try await run(
      """
      docker() {
        case $1:$2 in
          image:inspect) [[ ' \(images) ' == *" ${*: -1} "* ]] && echo sha256:1 ;;
          *) return 1 ;;
        esac
      }
      timeout() { return 1; }
      install_packages() { :; }
      make_base_image() { echo "makes $*"; }
      ensure_base_image debian:trixie-slim trixie
      echo "base: $baseImage"
      """)
    return result.output
  }

  @Test func whatWeMakeHasANameOfOurs() async throws {
    let made = try await Self.baseImage(with: "")
    #expect(made.contains("makes kvchaos/base:trixie trixie debian\n"), "\(made)")
    #expect(made.hasSuffix("base: kvchaos/base:trixie\n"), "\(made)")
    let there = try await Self.baseImage(with: "kvchaos/base:trixie")
    #expect(there.hasSuffix("base: kvchaos/base:trixie\n") && !there.contains("makes"), "\(there)")
    let published = try await Self.baseImage(with: "debian:trixie-slim kvchaos/base:trixie")
    #expect(published.hasSuffix("base: debian:trixie-slim\n"), "\(published)")
  }
}
