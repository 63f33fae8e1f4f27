/// RabbitMQ's command-line tools in our image.
enum BrokerTools {
  /// They start an Erlang machine each: seconds on a busy host.
  static let timeout = Duration.seconds(90)

  /// What a script begins with.
  static let prologue = """
    export HOME=/var/lib/rabbitmq RABBITMQ_NODENAME="rabbit@$HOSTNAME"; cd /usr/lib/rabbitmq/bin; 
    """
}
