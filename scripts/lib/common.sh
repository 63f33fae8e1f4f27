# shellcheck shell=bash disable=SC2034
# What every script here shares: where things are, and how to say things. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
project=${KVCHAOS_PROJECT:-kvchaos}

# Exit codes of sysexits.h, as the rest of kvchaos uses them.
readonly exitUsage=64 exitUnavailable=69 exitInternal=70

# One line of progress: a word for the state, then what it is about. The words in use:
#   ok (was there already), install, start, fetch, make, build, run, stop, skip.
say() {
  printf '%-8s %s\n' "$1" "${*:2}"
}

# Ends the script: code, then sentences, a line each.
fail() {
  local code=$1
  shift
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit "$code"
}

# Compose's rule for a project's name, as kvchaos has it: labels, networks and file names rest on it.
[[ $project =~ ^[a-z0-9][a-z0-9_-]{0,62}$ ]] || fail "$exitUnavailable" \
  "KVCHAOS_PROJECT is $project, which is not a valid Compose project name" \
  "expected up to 63 lowercase letters, digits, hyphens and underscores, the first a letter or a digit"

# Runs a command silently; when it fails, shows the end of what it printed and fails in turn.
quietly() {
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    rm -f "$log"
  else
    local code=$?
    printf 'error: %s: ended with %s; the end of its output:\n' "$*" "$code" >&2
    tail -n 25 "$log" >&2
    rm -f "$log"
    return "$code"
  fi
}

# Sets hostId (debian, ubuntu, ...) and hostCodename (bookworm, noble, ...).
read_host_system() {
  hostId=unknown hostCodename=unknown
  if [ -r /etc/os-release ]; then
    hostId=$(. /etc/os-release && echo "${ID:-unknown}")
    hostCodename=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
  fi
}
