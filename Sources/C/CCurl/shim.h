#pragma once
// The type checks of curl's macros want an option that is a constant; the functions below take it as a parameter.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Swift cannot call C variadics: each shape of `curl_*_setopt` and `curl_easy_getinfo` that is needed, as a function.

static inline CURLcode kv_easy_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode kv_easy_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode kv_easy_set_string(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode kv_easy_set_pointer(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode kv_easy_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}

typedef size_t (*kv_data_function)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode kv_easy_set_function(CURL *handle, CURLoption option, kv_data_function function) {
  return curl_easy_setopt(handle, option, function);
}

/// Called whenever a request is about to be sent on a connection, a kept one or a new one. What it does not answer with
/// `CURL_PREREQFUNC_OK` is not sent.
static inline CURLcode kv_easy_set_request_function(CURL *handle, curl_prereq_callback function) {
  return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, function);
}

static inline CURLcode kv_easy_get_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}

/// The `Content-Type` of the answer; null where there is none. Valid until the handle is used again.
static inline const char *kv_easy_content_type(CURL *handle) {
  char *value = NULL;
  return curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &value) == CURLE_OK ? value : NULL;
}

static inline CURLcode kv_easy_get_private(CURL *handle, void **value) {
  return curl_easy_getinfo(handle, CURLINFO_PRIVATE, value);
}

static inline CURLMcode kv_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode kv_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
  return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode kv_multi_set_socket_function(CURLM *multi, curl_socket_callback function) {
  return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
}

static inline CURLMcode kv_multi_set_timer_function(CURLM *multi, curl_multi_timer_callback function) {
  return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
}

/// The next finished transfer: 1 with its handle and result, 0 if there is none.
static inline int kv_multi_next_finished(CURLM *multi, CURL **handle, CURLcode *result) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left))) {
    if (message->msg == CURLMSG_DONE) {
      *handle = message->easy_handle;
      *result = message->data.result;
      return 1;
    }
  }
  return 0;
}

static inline int kv_epoll_control(int epoll, int operation, int descriptor, unsigned int events) {
  struct epoll_event event = {.events = events, .data = {.fd = descriptor}};
  return epoll_ctl(epoll, operation, descriptor, &event);
}

/// One ready descriptor of `events`, which `epoll_event` packs in a way that Swift does not import on every platform.
static inline int kv_epoll_descriptor(const struct epoll_event *events, int index) { return events[index].data.fd; }
static inline unsigned int kv_epoll_flags(const struct epoll_event *events, int index) { return events[index].events; }

/// `epoll_wait` to the nanosecond where the kernel has it (Linux 5.11), else to the millisecond, rounded up.
static inline int kv_epoll_wait_nanoseconds(int epoll, struct epoll_event *events, int capacity, uint64_t nanoseconds) {
  struct timespec wait = {.tv_sec = (time_t)(nanoseconds / 1000000000), .tv_nsec = (long)(nanoseconds % 1000000000)};
  int count = epoll_pwait2(epoll, events, capacity, &wait, NULL);
  if (count < 0 && errno == ENOSYS) count = epoll_wait(epoll, events, capacity, (int)((nanoseconds + 999999) / 1000000));
  return count;
}

static const unsigned int kv_epoll_in = EPOLLIN;
static const unsigned int kv_epoll_out = EPOLLOUT;
static const unsigned int kv_epoll_failed = EPOLLERR | EPOLLHUP;
