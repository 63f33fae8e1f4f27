# shellcheck shell=bash
# The Docker Engine and its Compose plugin. Sourced; needs common.sh, lock.sh and packages.sh.

# Where the engine that we start leaves its traces, so that `scripts/bootstrap --stop` finds it and nothing else.
readonly enginePidFile=/run/kvchaos-dockerd.pid
readonly engineLogFile=/var/log/kvchaos-dockerd.log
readonly engineStartLimitSeconds=60

engine_answers() {
  command -v docker >/dev/null && timeout 20 docker version --format '{{.Server.APIVersion}}' >/dev/null 2>&1
}

# True if the process whose id was recorded is still a dockerd: ids are used again.
engine_is_ours() {
  local pid
  [ -r "$enginePidFile" ] || return 1
  pid=$(<"$enginePidFile")
  [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]
}

# Makes an engine answer. A running engine is never touched, no matter what started it.
ensure_engine() {
  if engine_answers; then
    say ok "Docker Engine $(docker version --format '{{.Server.Version}}') answers"
    return
  fi
  if command -v docker >/dev/null && [ -n "${DOCKER_HOST:-}" ]; then
    fail "$exitUnavailable" "no Docker Engine answers at DOCKER_HOST=$DOCKER_HOST" "start it, or unset DOCKER_HOST"
  fi
  if command -v dockerd >/dev/null; then
    # Whichever package it is of: another one would take its place.
    say ok "a Docker Engine is installed ($(command -v dockerd)), but does not answer"
    [ "$(id -u)" = 0 ] || fail "$exitUnavailable" "the Docker Engine that is installed does not answer this user" \
      "start it (sudo systemctl start docker, or sudo scripts/bootstrap); its users must be in the group docker"
    command -v docker >/dev/null || install_packages "the docker command" docker-cli
  else
    require_root_on_debian "install a Docker Engine"
    local packages=(docker.io)
    # Later releases have the command in a package of its own.
    if ! command -v docker >/dev/null && apt-cache show docker-cli >/dev/null 2>&1; then packages+=(docker-cli); fi
    install_packages "the Docker Engine" "${packages[@]}"
  fi
  if [ -d /run/systemd/system ] && systemctl --quiet is-system-running --wait 2>/dev/null; then
    say start "Docker Engine (systemctl start docker)"
    quietly systemctl start docker || fail "$exitUnavailable" "systemctl start docker failed"
  else
    start_engine_without_init
  fi
  wait_for_engine
}

start_engine_without_init() {
  local pid
  if pgrep -x dockerd >/dev/null; then
    say start "a dockerd runs already (process $(pgrep -x dockerd | head -n 1)); waiting for it"
    return
  fi
  say start "Docker Engine (dockerd; log: $engineLogFile)"
  # A killed engine leaves its process files behind, and then will not start.
  rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid
  # Published ports by the kernel's rules alone: a proxy process would copy each byte twice more (a tenth of a GET's
  # cost). A session of its own: it must outlive this script and the terminal, and Ctrl-C must not reach it.
  setsid nohup dockerd --userland-proxy=false >"$engineLogFile" 2>&1 </dev/null &
  pid=$!
  # setsid forks where it was a group's leader; the file that dockerd writes names the right process.
  for _ in $(seq 50); do
    [ -s /var/run/docker.pid ] && break
    sleep 0.1
  done
  [ -s /var/run/docker.pid ] && pid=$(</var/run/docker.pid)
  echo "$pid" >"$enginePidFile"
}

wait_for_engine() {
  local waited=0
  until engine_answers; do
    if [ "$waited" -ge "$engineStartLimitSeconds" ] || { [ -f "$enginePidFile" ] && ! engine_is_ours; }; then
      [ -f "$engineLogFile" ] && tail -n 15 "$engineLogFile" >&2
      fail "$exitUnavailable" "the Docker Engine did not answer within $engineStartLimitSeconds s"
    fi
    sleep 1
    waited=$((waited + 1))
  done
  say ok "Docker Engine $(docker version --format '{{.Server.Version}}') answers"
}

# Stops what kvchaos runs on this machine: the stack, and the engine if bootstrap started it.
stop_engine() {
  local ids pid
  if engine_answers; then
    if engine_is_ours; then claim_stack all; else claim_stack; fi
    ids=$(docker ps -aq --filter "label=com.docker.compose.project=$project" | xargs)
    if [ -n "$ids" ]; then
      say stop "the containers of $project"
      # shellcheck disable=SC2086
      docker rm -fv $ids >/dev/null
    fi
    docker network ls -q --filter "label=com.docker.compose.project=$project" | xargs -r docker network rm >/dev/null
    docker volume ls -q --filter "label=com.docker.compose.project=$project" | xargs -r docker volume rm >/dev/null
  fi
  if ! engine_is_ours; then
    rm -f "$enginePidFile"
    say ok "no Docker Engine that scripts/bootstrap started is running"
    return
  fi
  pid=$(<"$enginePidFile")
  say stop "Docker Engine (process $pid)"
  kill -TERM "$pid"
  for _ in $(seq 300); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  if kill -0 "$pid" 2>/dev/null; then kill -KILL "$pid"; fi
  rm -f "$enginePidFile"
}

# Compose v2: the plugin is one static binary, so that of a later Debian release runs on an earlier one.
ensure_compose() {
  local version
  if version=$(docker compose version --short 2>/dev/null); then
    say ok "Docker Compose $version"
    return
  fi
  require_root_on_debian "install the Compose v2 plugin for Docker"
  if [ "$hostId" = ubuntu ]; then
    install_packages "Docker Compose" docker-compose-v2
  else
    fetch_compose_plugin
  fi
  version=$(docker compose version --short 2>/dev/null) \
    || fail "$exitUnavailable" "the Compose plugin was installed but \`docker compose version\` does not work"
  say ok "Docker Compose $version"
}

# Takes the plugin out of Debian 13's package docker-compose, by an apt that sees nothing but Debian 13: its lists,
# sources and cache are in a directory of their own, its signatures are checked against the archive's keys.
fetch_compose_plugin() {
  local mirror directory keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  local plugins=/usr/local/lib/docker/cli-plugins
  mirror=$(host_mirror)
  [ -n "$mirror" ] || fail "$exitUnavailable" "cannot tell which Debian mirror apt uses; install the Compose v2 plugin by hand"
  [ -r "$keyring" ] || install_packages "the archive's keys" debian-archive-keyring
  say fetch "Docker Compose v2 from Debian 13's package docker-compose"
  directory=$(mktemp -d)
  mkdir -p "$directory"/{state/lists/partial,cache/archives/partial,etc}
  echo "deb [signed-by=$keyring] $mirror trixie main" >"$directory/etc/sources.list"
  local options=(
    -o "Dir::Etc::sourcelist=$directory/etc/sources.list" -o Dir::Etc::sourceparts=- -o Dir::Etc::preferencesparts=-
    -o "Dir::State=$directory/state" -o "Dir::Cache=$directory/cache" -o APT::Sandbox::User=root
  )
  {
    quietly apt-get "${options[@]}" update \
      && (cd "$directory" && quietly apt-get "${options[@]}" download docker-compose) \
      && dpkg-deb -x "$directory"/docker-compose_*.deb "$directory/tree"
  } || fail "$exitUnavailable" "could not fetch Debian 13's package docker-compose"
  mkdir -p "$plugins"
  install -m 0755 "$(find "$directory/tree" -type f -name docker-compose -path '*cli-plugins*')" "$plugins/docker-compose"
  rm -rf "$directory"
}
