"""What OpenAPI cannot say of our description, for schemathesis."""

import re

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    # A wait for the id of a write that was never sent times out with a 503, which is correct but looks like a server's
    # error.
    if case.operation.label == "GET /store/{key}" and re.fullmatch(
        "[!-~]{1,128}", str((case.query or {}).get("after", ""))
    ):
        case.query = {name: value for name, value in case.query.items() if name != "after"}
    # What is meant to be refused stays as it is.
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    headers = case.headers if case.headers is not None else {}
    # There is at most one condition, and its pattern is kept (schemathesis fills a header in with "0" here and there).
    if "If-Match" in headers:
        headers.pop("If-None-Match", None)
        if not re.fullmatch('"[1-9][0-9]*"', headers["If-Match"]):
            headers["If-Match"] = '"1"'
    # A condition needs ack=committed. And in a sequence of requests each is to see the one before it, which the store
    # promises of committed writes and linearizable reads only.
    is_sequence = case.meta.phase.name.value == "stateful"
    if is_sequence:
        # An operation id that was used before makes a request a retry, which changes nothing: the key seems deleted and
        # yet exists.
        headers.pop("Idempotency-Key", None)
    query = dict(case.query or {})
    if case.method in ("PUT", "DELETE") and (is_sequence or {"If-Match", "If-None-Match"} & set(headers)):
        query["ack"] = "committed"
    if is_sequence and case.operation.label == "GET /store/{key}":
        query["read"] = "linearizable"
    case.query = query
