#pragma once
// rabbitmq-c 0.12 moved its headers into a folder; Debian 12 has 0.11.
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

// Swift does not import macros that cast, so each method id that is used gets a constant.
static const uint32_t KV_BASIC_ACK = AMQP_BASIC_ACK_METHOD;
static const uint32_t KV_BASIC_NACK = AMQP_BASIC_NACK_METHOD;
static const uint32_t KV_BASIC_RETURN = AMQP_BASIC_RETURN_METHOD;
static const uint32_t KV_BASIC_DELIVER = AMQP_BASIC_DELIVER_METHOD;
static const uint32_t KV_BASIC_GET = AMQP_BASIC_GET_METHOD;
static const uint32_t KV_BASIC_GET_OK = AMQP_BASIC_GET_OK_METHOD;
static const uint32_t KV_BASIC_GET_EMPTY = AMQP_BASIC_GET_EMPTY_METHOD;
static const uint32_t KV_BASIC_CANCEL = AMQP_BASIC_CANCEL_METHOD;
static const uint32_t KV_BASIC_QOS = AMQP_BASIC_QOS_METHOD;
static const uint32_t KV_BASIC_QOS_OK = AMQP_BASIC_QOS_OK_METHOD;
static const uint32_t KV_BASIC_CONSUME = AMQP_BASIC_CONSUME_METHOD;
static const uint32_t KV_BASIC_CONSUME_OK = AMQP_BASIC_CONSUME_OK_METHOD;
static const uint32_t KV_QUEUE_DECLARE = AMQP_QUEUE_DECLARE_METHOD;
static const uint32_t KV_QUEUE_DECLARE_OK = AMQP_QUEUE_DECLARE_OK_METHOD;
static const uint32_t KV_CHANNEL_OPEN = AMQP_CHANNEL_OPEN_METHOD;
static const uint32_t KV_CHANNEL_OPEN_OK = AMQP_CHANNEL_OPEN_OK_METHOD;
static const uint32_t KV_CHANNEL_CLOSE = AMQP_CHANNEL_CLOSE_METHOD;
static const uint32_t KV_CHANNEL_CLOSE_OK = AMQP_CHANNEL_CLOSE_OK_METHOD;
static const uint32_t KV_CONNECTION_CLOSE = AMQP_CONNECTION_CLOSE_METHOD;
static const uint32_t KV_CONNECTION_BLOCKED = AMQP_CONNECTION_BLOCKED_METHOD;
static const uint32_t KV_CONNECTION_UNBLOCKED = AMQP_CONNECTION_UNBLOCKED_METHOD;

static const uint32_t KV_CONTENT_TYPE = AMQP_BASIC_CONTENT_TYPE_FLAG;
static const uint32_t KV_DELIVERY_MODE = AMQP_BASIC_DELIVERY_MODE_FLAG;
static const uint32_t KV_CORRELATION_ID = AMQP_BASIC_CORRELATION_ID_FLAG;
static const uint32_t KV_REPLY_TO = AMQP_BASIC_REPLY_TO_FLAG;
static const uint32_t KV_EXPIRATION = AMQP_BASIC_EXPIRATION_FLAG;
static const uint32_t KV_TYPE = AMQP_BASIC_TYPE_FLAG;

static const int KV_TCP_LEVEL = IPPROTO_TCP;
static const int KV_STATUS_OK = AMQP_STATUS_OK;
static const int KV_STATUS_TIMEOUT = AMQP_STATUS_TIMEOUT;

// amqp_login_with_properties is variadic. SASL PLAIN; the connection's name shows in the management UI. A broker tells
// only those who say that they understand it that it takes no messages for now (connection.blocked), and that a
// subscription has ended with its queue (basic.cancel).
static inline amqp_rpc_reply_t kv_amqp_login(amqp_connection_state_t state, const char *vhost, int heartbeat_seconds,
                                             const char *name, const char *user, const char *password) {
  amqp_table_entry_t capabilities[2], entries[2];
  memset(capabilities, 0, sizeof capabilities);
  memset(entries, 0, sizeof entries);
  capabilities[0].key = amqp_cstring_bytes("connection.blocked");
  capabilities[1].key = amqp_cstring_bytes("consumer_cancel_notify");
  for (int index = 0; index < 2; index++) {
    capabilities[index].value.kind = AMQP_FIELD_KIND_BOOLEAN;
    capabilities[index].value.value.boolean = 1;
  }
  entries[0].key = amqp_cstring_bytes("connection_name");
  entries[0].value.kind = AMQP_FIELD_KIND_UTF8;
  entries[0].value.value.bytes = amqp_cstring_bytes(name);
  entries[1].key = amqp_cstring_bytes("capabilities");
  entries[1].value.kind = AMQP_FIELD_KIND_TABLE;
  entries[1].value.value.table.num_entries = 2;
  entries[1].value.value.table.entries = capabilities;
  amqp_table_t properties = {2, entries};
  return amqp_login_with_properties(state, vhost, AMQP_DEFAULT_MAX_CHANNELS, 131072, heartbeat_seconds, &properties,
                                    AMQP_SASL_METHOD_PLAIN, user, password);
}

// The field value is a union, which is easier to fill in here.
static inline amqp_table_entry_t kv_amqp_text_entry(amqp_bytes_t key, amqp_bytes_t text) {
  amqp_table_entry_t entry;
  memset(&entry, 0, sizeof entry);
  entry.key = key;
  entry.value.kind = AMQP_FIELD_KIND_UTF8;
  entry.value.value.bytes = text;
  return entry;
}

static inline amqp_table_entry_t kv_amqp_integer_entry(amqp_bytes_t key, int64_t number) {
  amqp_table_entry_t entry;
  memset(&entry, 0, sizeof entry);
  entry.key = key;
  entry.value.kind = AMQP_FIELD_KIND_I64;
  entry.value.value.i64 = number;
  return entry;
}

static inline amqp_table_entry_t kv_amqp_boolean_entry(amqp_bytes_t key, int flag) {
  amqp_table_entry_t entry;
  memset(&entry, 0, sizeof entry);
  entry.key = key;
  entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  entry.value.value.boolean = flag;
  return entry;
}
