#!/usr/bin/env bash
# Moves slots of a Redis Cluster and shows their owners. An order follows that sets `slots` (like "0-99 300") and calls
# the functions.
# shellcheck disable=SC2154

export REDISCLI_AUTH="$KV_REDIS_PASSWORD" LC_ALL=C

at() { redis-cli -h "$@"; }
view() { at "$1" cluster nodes; }

# The master, now, of the shard in which a node is: its id and its address.
master() {
  view 127.0.0.1 | awk -v id="$1" '
    { address[$1] = $2; master[$1] = $3 ~ /master/ ? $1 : $4 }
    END { split(address[master[id]], part, ":"); print master[id], part[1] }'
}

masters() { view 127.0.0.1 | awk '$3 ~ /master/ && $3 !~ /fail/ { split($2, part, ":"); print part[1] }'; }

# Bytes as redis-cli reads them within quotes from its input; FF, which is in no key, ends one and begins the next.
quoted() { od -An -v -tx1 | tr -d ' \n' | sed 's/../\\x&/g; s/\\xff/" "/g'; }

every() { for range in $slots; do seq -f "$1" "${range%-*}" "${range#*-}"; done; }

move() {
  read -r from_id from <<<"$(master "$1")"
  read -r to_id to <<<"$(master "$2")"
  # Errors are none here: a move that was cut off finds some of it done.
  every "cluster setslot %.0f stable" | at "$to" >/dev/null
  every "cluster setslot %.0f importing $from_id" | at "$to" >/dev/null
  every "cluster setslot %.0f migrating $to_id" | at "$from" >/dev/null
  # By way of its input: the password would be among a command's arguments, for every process to read.
  password=$(printf %s "$REDISCLI_AUTH" | quoted)
  paste <(every %.0f) <(every "cluster countkeysinslot %.0f" | at "$from") | awk '$2 > 0 { print $1 }' | while read -r slot; do
    while keys=$(at "$from" -d $'\xff' -D $'\xff' cluster getkeysinslot "$slot" 100 | quoted); [ -n "${keys%\" \"}" ]; do
      printf 'migrate %s 6379 "" 0 5000 replace auth "%s" keys "%s\n' "$to" "$password" "${keys% \"}" \
        | at "$from" | grep -qxE 'OK|NOKEY' || exit 1
    done
  done || return 1
  for host in "$to" "$from" $(masters); do every "cluster setslot %.0f node $to_id" | at "$host" | grep -vx OK; done
  for host in "$to" "$from"; do every "cluster setslot %.0f stable" | at "$host" >/dev/null; done
}

# How many of the slots a node has, by the view of each master, and how many moves are under way.
owned() {
  for host in $(masters); do
    view "$host" | awk -v id="$1" -v want="$slots" '
      BEGIN {
        n = split(want, range, " ")
        for (i = 1; i <= n; i++) { split(range[i], end, "-"); for (s = end[1]; s <= end[2]; s++) wanted[s] = 1 }
      }
      {
        for (i = 9; i <= NF; i++)
          if ($i ~ /^\[/) moves++
          else if ($1 == id) { k = split($i, end, "-"); for (s = end[1]; s <= end[k]; s++) if (s in wanted) got++ }
      }
      END { print got + 0, moves + 0 }'
  done
}
