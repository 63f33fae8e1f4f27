# shellcheck shell=bash
# Debian and Ubuntu packages. Sourced; needs common.sh.

# C libraries that the Swift targets link with, and what finds them.
readonly libraryPackages=(
  libhiredis-dev librabbitmq-dev libpq-dev libcurl4-openssl-dev libzstd-dev zlib1g-dev pkg-config
)

# Prints those of the named packages that are not installed.
missing_packages() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

# apt-get update, at most once in a run, and only if some named package is unknown to apt or its index is a day old.
aptUpdated=no
update_package_lists() {
  local name stale=no
  [ "$aptUpdated" = no ] || return 0
  for name in "$@"; do
    apt-cache show --no-all-versions "$name" >/dev/null 2>&1 || stale=yes
  done
  # A list older than the mirror names files that the mirror no longer has.
  [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mtime -1 -print -quit 2>/dev/null)" ] || stale=yes
  if [ "$stale" = yes ]; then
    say fetch "package lists (apt-get update)"
    quietly apt-get update || fail "$exitUnavailable" "apt-get update failed; are the package sources reachable?"
  fi
  aptUpdated=yes
}

# Installs those of the named packages that are missing. $1 says what they are for. What would remove others is not
# installed: they are the user's, and may be another Docker Engine with all that it holds.
install_packages() {
  local purpose=$1 missing
  shift
  missing=$(missing_packages "$@" | xargs)
  if [ -z "$missing" ]; then
    say ok "packages for $purpose"
    return
  fi
  require_root_on_debian "install these packages: $missing"
  # shellcheck disable=SC2086
  update_package_lists $missing
  say install "$missing"
  # RUNLEVEL: where neither systemd nor a policy holds it back, a package would start its daemon by itself;
  # the engine is started by engine.sh alone, which notes that it did.
  # shellcheck disable=SC2086
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive quietly \
    apt-get install -y --no-remove --no-install-recommends -o DPkg::Lock::Timeout=120 $missing \
    || fail "$exitUnavailable" "could not install: $missing"
}

# Ends the script with a list of what to do by hand unless this is Debian or Ubuntu and the user is root.
require_root_on_debian() {
  local why=
  if ! { [ "$hostId" = debian ] || [ "$hostId" = ubuntu ]; } || ! command -v apt-get >/dev/null; then
    why="this is not Debian or Ubuntu ($hostId), so scripts/bootstrap cannot install what is missing"
  elif [ "$(id -u)" != 0 ]; then
    why="not root, so scripts/bootstrap cannot install what is missing (sudo scripts/bootstrap can)"
  fi
  [ -n "$why" ] || return 0
  fail "$exitUnavailable" "$why" \
    "now needed:   $1" \
    "all in all, kvchaos needs:" \
    "- the C libraries hiredis, rabbitmq-c, libpq, libcurl, zstd and zlib with their headers, and pkg-config" \
    "  (Debian: ${libraryPackages[*]})" \
    "- Swift 6.1 or later" \
    "- a Docker Engine (API 1.41 or later) that answers this user, with the Compose v2 plugin" \
    "- the image debian:trixie-slim, or a registry to pull it from, or debootstrap as root to make it"
}

# Prints the address of the mirror that this machine's apt uses for its own release; nothing if it cannot tell.
# $1: the ending of the suite's name, for instance "-security".
host_mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null \
    | awk -v suite="$hostCodename${1:-}" '$1 == suite { print $2; exit }'
}
