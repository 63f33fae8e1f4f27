# shellcheck shell=bash
# Base images and the images of the stack. Sourced; needs common.sh and packages.sh.

readonly stackBase=debian:trixie-slim
readonly stackImages=(redis rabbitmq etcd patroni haproxy nginx)
readonly pullLimitSeconds=45
# An image carries the hash of all that it was built from; another hash means that it must be rebuilt.
readonly contentLabel=io.kvchaos.content

# The services are linked on this machine, so their image has this machine's release as its base.
services_base() {
  case "$hostId" in
    ubuntu) echo "ubuntu:$hostCodename" ;;
    *) echo "debian:$hostCodename-slim" ;;
  esac
}

image_id() {
  docker image inspect --format '{{.Id}}' "$1" 2>/dev/null
}

# Makes the base image $1 of release $2 be there, and sets baseImage to its name: that image, pulled, or one of our own
# that is made with debootstrap. Our own images never get the name of an image that others publish.
ensure_base_image() {
  local name=$1 release=$2 own=kvchaos/base:$2
  baseImage=$name
  if [ -n "$(image_id "$name")" ]; then
    say ok "image $name"
    return
  fi
  if [ -n "$(image_id "$own")" ]; then
    say ok "image $own"
    baseImage=$own
    return
  fi
  say fetch "image $name (docker pull)"
  if timeout "$pullLimitSeconds" docker pull -q "$name" >/dev/null 2>&1; then return; fi
  require_root_on_debian "pull the image $name, or make one like it"
  install_packages "making images" debootstrap
  say make "image $own with debootstrap (no registry gives $name)"
  make_base_image "$own" "$release" "${name%%:*}" || fail "$exitUnavailable" "could not make the image $own"
  baseImage=$own
}

# $1: the image; $2: the release; $3: debian or ubuntu.
make_base_image() {
  local name=$1 release=$2 system=$3 directory mirror security components=main
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  directory=$(mktemp -d /var/tmp/kvchaos-base.XXXXXX)
  # It becomes the image's `/`, which every user must be able to enter.
  chmod 0755 "$directory"
  mirror=$(host_mirror)
  security=$(host_mirror -security)
  if [ "$hostId" = ubuntu ]; then
    if [ "$system" = ubuntu ]; then
      keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg components=main,universe
    else
      # Debian's release on Ubuntu: debootstrap knows a mirror of its own.
      mirror='' security=''
    fi
  fi
  # A keyring by name: without one debootstrap would go on unverified.
  # shellcheck disable=SC2086
  quietly debootstrap --variant=minbase --components="$components" --keyring="$keyring" "$release" "$directory" $mirror \
    || return
  # Security fixes and point releases too, as in the image that a registry has.
  if [ -n "$security" ]; then
    printf 'deb %s %s main\n' "$mirror" "$release-updates" "$security" "$release-security" \
      >>"$directory/etc/apt/sources.list"
  fi
  # Slim: packages installed later leave their manuals and translations out.
  printf 'path-exclude /usr/share/%s/*\n' doc man info locale >"$directory/etc/dpkg/dpkg.cfg.d/kvchaos-slim"
  # apt keeps neither its cache nor packages: 100 MB in each image.
  printf '%s "";\n' Dir::Cache::pkgcache Dir::Cache::srcpkgcache >"$directory/etc/apt/apt.conf.d/kvchaos-slim"
  # No daemon starts while an image is built.
  printf '#!/bin/sh\nexit 101\n' >"$directory/usr/sbin/policy-rc.d"
  chmod 0755 "$directory/usr/sbin/policy-rc.d"
  rm -rf "$directory"/var/cache/apt/archives/*.deb "$directory"/var/lib/apt/lists/* "$directory"/var/log/*.log \
    "$directory"/usr/share/{doc,man,info,locale}/*
  tar -C "$directory" --numeric-owner -c . \
    | docker import --change 'CMD ["bash"]' - "$name" >/dev/null || return
  rm -rf "$directory"
}

# Prints the hash of all that the image $1 is built from: base image, build arguments ($2...), and its directory.
image_content() {
  local name=$1 base=$2
  shift 2
  {
    echo "$base $(image_id "$base")"
    printf '%s\n' "$@"
    cd "$root/compose/images/$name" && find . -type f ! -name '.gitignore' -printf '%m %p\n' -exec sha256sum {} + | LC_ALL=C sort
  } | sha256sum | cut -c1-32
}

# Builds kvchaos/$1:local on base $2 if there is none or its content has changed. $3...: build arguments, NAME=VALUE.
ensure_image() {
  local name=$1 base=$2 content arguments=() argument
  shift 2
  content=$(image_content "$name" "$base" "$@")
  if [ "$(docker image inspect --format "{{index .Config.Labels \"$contentLabel\"}}" "kvchaos/$name:local" 2>/dev/null)" \
    = "$content" ]; then
    say ok "image kvchaos/$name:local"
    return
  fi
  say build "image kvchaos/$name:local"
  for argument in "$@"; do arguments+=(--build-arg "$argument"); done
  # The classic builder: BuildKit needs a plugin that Debian 12 does not have. The host's network: a build only
  # fetches packages, and needs this machine's way to the mirror.
  DOCKER_BUILDKIT=0 quietly docker build --network host --build-arg "BASE=$base" "${arguments[@]}" \
    --label "$contentLabel=$content" --tag "kvchaos/$name:local" "$root/compose/images/$name" \
    || fail "$exitUnavailable" "could not build the image kvchaos/$name:local"
}

# Puts libkvfault.so, by which the suite falsifies clocks and disks, where each of the images $@ is built from. Compiled
# here: against an older C library than the images have, or the same, which is what a C library allows.
place_preload() {
  local source=$root/compose/images/preload/kvfault.c compiler name made
  for compiler in clang cc gcc; do if command -v "$compiler" >/dev/null; then break; fi; done
  if ! command -v "$compiler" >/dev/null; then
    install_packages "compiling kvfault.c" gcc libc6-dev
    compiler=gcc
  fi
  made=$(mktemp)
  quietly "$compiler" -O2 -Wall -Wextra -Werror -shared -fPIC -s -o "$made" "$source" \
    || fail "$exitUnavailable" "could not compile $source with $compiler"
  chmod 0755 "$made"
  for name in "$@"; do
    mkdir -p "$root/compose/images/$name/bin"
    # An image whose library is as it was is not built again.
    cmp -s "$made" "$root/compose/images/$name/bin/libkvfault.so" || cp -p "$made" "$root/compose/images/$name/bin/libkvfault.so"
  done
  rm -f "$made"
}

# Every image of the stack but the services'.
ensure_stack_images() {
  local name
  ensure_base_image "$stackBase" trixie
  ensure_swagger_ui
  place_preload redis rabbitmq patroni
  for name in "${stackImages[@]}"; do ensure_image "$name" "$baseImage"; done
}

# Puts Swagger UI's files beside NGINX's Dockerfile: from PyPI, the version and hash that swagger-ui.txt names. Where
# PyPI cannot be had the stack works all the same, without this page.
ensure_swagger_ui() {
  local nginx=$root/compose/images/nginx work content
  content=$(sha256sum <"$nginx/swagger-ui.txt")
  mkdir -p "$nginx/swagger-ui"
  if [ "$(cat "$nginx/swagger-ui/.content" 2>/dev/null)" = "$content" ]; then
    say ok "Swagger UI"
    return
  fi
  say fetch "Swagger UI (PyPI)"
  if ! python3 -m pip --version >/dev/null 2>&1; then install_packages "fetching Swagger UI" python3-pip; fi
  work=$(mktemp -d)
  # pip itself refuses a file with another hash.
  if python3 -m pip download --quiet --no-deps --only-binary :all: --require-hashes \
    --requirement "$nginx/swagger-ui.txt" --dest "$work" >"$work/log" 2>&1 \
    && python3 -m zipfile -e "$work"/*.whl "$work/wheel"; then
    rm -rf "$nginx/swagger-ui"
    mkdir "$nginx/swagger-ui"
    cp "$work"/wheel/swagger_ui_bundle/vendor/swagger-ui-*/{swagger-ui-bundle.js,swagger-ui.css,favicon-32x32.png} \
      "$work"/wheel/*.dist-info/licenses/LICENSE "$nginx/swagger-ui/"
    chmod 0644 "$nginx"/swagger-ui/*
    echo "$content" >"$nginx/swagger-ui/.content"
  else
    tail -n 3 "$work/log" >&2
    say skip "Swagger UI: PyPI did not give it; /swagger-ui/ will not be there"
  fi
  rm -rf "$work"
}

# The image of kv-api and kv-worker. Its C libraries are those that the binaries were linked with, by package name.
ensure_services_image() {
  local directory=$root/compose/images/services/bin packages
  [ -x "$directory/kv-api" ] && [ -x "$directory/kv-worker" ] \
    || fail "$exitInternal" "compose/images/services/bin has no kv-api and kv-worker; scripts/build puts them there"
  ensure_base_image "$(services_base)" "$hostCodename"
  place_preload services
  packages=$(runtime_packages "$directory"/kv-*)
  [ -n "$packages" ] || fail "$exitInternal" "cannot tell which packages the services' libraries come from"
  ensure_image services "$baseImage" "RUNTIME_PACKAGES=$packages"
}

# The image of kv-client, likewise, on the same base.
ensure_client_image() {
  local packages
  packages=$(runtime_packages "$root/compose/images/client/bin/kv-client")
  ensure_image client "$baseImage" "RUNTIME_PACKAGES=$packages"
}

# Prints the names of the packages that the binaries' own shared libraries come from, without those of libc and gcc,
# which the base image has.
runtime_packages() {
  local path
  objdump -p "$@" | awk '$1 == "NEEDED" { print $2 }' | sort -u \
    | while read -r name; do
      path=$(ldconfig -p | awk -v name="$name" '$1 == name { print $NF; exit }')
      [ -n "$path" ] || continue
      # A path may be recorded with or without the /usr that /lib was merged into.
      dpkg-query -S "$(readlink -f "$path")" "$path" 2>/dev/null | head -n 1 | cut -d: -f1 || true
    done | sort -u | grep -vxE 'libc6|libgcc-s1|libstdc\+\+6' | xargs
}

# Removes what builds of these images left without a name.
remove_old_layers() {
  docker image prune --force --filter "label=$contentLabel" >/dev/null 2>&1 || true
}
