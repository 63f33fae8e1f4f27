/// Shell functions that move slots of a Redis Cluster, and that show their owners.
enum SlotScript {
  static let text = #"""
    export REDISCLI_AUTH="$KV_REDIS_PASSWORD" LC_ALL=C
    at() { redis-cli -h "$@"; }
    view() { at "$1" cluster nodes; }
    # The master, now, of the shard in which a node is: its id and its address.
    master() { view 127.0.0.1 | awk -v id="$1" '{ a[$1] = $2; m[$1] = $3 ~ /master/ ? $1 : $4 } END { split(a[m[id]], p, ":"); print m[id], p[1] }'; }
    masters() { view 127.0.0.1 | awk '$3 ~ /master/ && $3 !~ /fail/ { split($2, p, ":"); print p[1] }'; }
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
          printf 'migrate %s 6379 "" 0 5000 replace auth "%s" keys "%s\n' "$to" "$password" "${keys% \"}" | at "$from" | grep -qxE 'OK|NOKEY' || exit 1
        done
      done || return 1
      for host in "$to" "$from" $(masters); do every "cluster setslot %.0f node $to_id" | at "$host" | grep -vx OK; done
      for host in "$to" "$from"; do every "cluster setslot %.0f stable" | at "$host" >/dev/null; done
    }
    # How many of the slots a node has, by the view of each master, and how many moves are under way.
    owned() {
      for host in $(masters); do
        view "$host" | awk -v id="$1" -v want="$slots" '
          BEGIN { n = split(want, r, " "); for (i = 1; i <= n; i++) { split(r[i], e, "-"); for (s = e[1]; s <= e[2]; s++) w[s] = 1 } }
          { for (i = 9; i <= NF; i++) if ($i ~ /^\[/) open++; else if ($1 == id) { k = split($i, e, "-"); for (s = e[1]; s <= e[k]; s++) if (s in w) got++ } }
          END { print got + 0, open + 0 }'
      done
    }

    """#
}
