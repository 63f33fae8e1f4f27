import ChaosPlan

extension RabbitMQ {
  package func settings(of tier: Tier, asking port: any NodePort) async -> [TierSetting] {
    let expression = """
      lists:flatten(io_lib:format("net_ticktime=~p;raft.adaptive_failure_detector.poll_interval=~p;heartbeat=~p;", \
      [net_kernel:get_net_ticktime(), application:get_env(aten, poll_interval, undefined), \
      application:get_env(rabbit, heartbeat, undefined)])).
      """
    let script = """
      export HOME=/var/lib/rabbitmq; \
      /usr/lib/rabbitmq/bin/rabbitmqctl -q -n "rabbit@$HOSTNAME" eval '\(expression)' | tr -d '"' | tr ';' '\\n'
      """
    // The tool starts a node of its own.
    return Self.settings(
      await port.firstOutput(of: ["bash", "-c", script], in: port.running(tier), within: .seconds(30)))
  }

  /// Reads `name=value` lines.
  static func settings(_ text: String) -> [TierSetting] {
    TierSetting.pairs(text).map { name, value in
      let number = Double(value)
      return TierSetting(
        name, value, seconds: name.hasSuffix("poll_interval") ? number.map { $0 / 1_000 } : number)
    }
  }
}
