# shellcheck shell=bash
# The right to change the stack, as kvchaos takes it (Sources/Engine/Faults/ProjectLock.swift). Sourced; needs
# common.sh.

# Where every user of the machine may create files, and none can delete those of others.
lock_folder() {
  if [ ! -L /run/lock ] && [ "$(stat -c %a /run/lock 2>/dev/null)" = 1777 ]; then echo /run/lock; else echo /tmp; fi
}

# Prints the name of a project's lock. $1: the engine's id; $2: the project.
lock_name() {
  local LC_ALL=C name=kvchaos-$1-$2
  echo "${name//[^A-Za-z0-9._-]/_}.lock"
}

# Takes a lock and keeps it until this script ends; fails if another process has it. The kernel frees the lock of a
# process that dies. $1: the file, which is only created and read: in a folder of everyone's the kernel may refuse to
# write another user's.
take_lock() {
  local descriptor holder
  [ ! -L "$1" ] || fail "$exitUnavailable" "$1 is a symbolic link, so it cannot be a lock" "remove it, then try again"
  [ -e "$1" ] || (umask 0 && set -o noclobber && : >"$1") 2>/dev/null || true
  exec {descriptor}<"$1" || fail "$exitUnavailable" "the lock $1 cannot be opened"
  if ! flock -n "$descriptor"; then
    IFS= read -r holder <"$1" || true
    fail "$exitUnavailable" "${holder:-another kvchaos} is using the stack" \
      "wait for it, or interrupt it (it heals before it ends), then try again"
  fi
}

# Takes the lock of this project, and refuses a stack that another checkout brought up. The engine must answer.
# $1: all - of the other projects of this engine, too, since the engine itself is to be stopped.
claim_stack() {
  local engine folder lock other
  engine=$(docker info --format '{{.ID}}') && [ -n "$engine" ] \
    || fail "$exitUnavailable" "the Docker Engine does not tell its id (docker info)"
  folder=$(lock_folder)
  lock=$folder/$(lock_name "$engine" "$project")
  take_lock "$lock"
  { printf '%s\n' "scripts/bootstrap --stop in $root (process $$)" >"$lock"; } 2>/dev/null || true
  if [ "${1:-}" = all ]; then
    other=$folder/$(lock_name "$engine" "")
    for other in "${other%.lock}"*.lock; do
      [ "$other" = "$lock" ] || [ ! -e "$other" ] || take_lock "$other"
    done
  fi
  while IFS= read -r other; do
    [ -n "$other" ] && [ "$(realpath -m "$other")" != "$(realpath -m "$root/compose")" ] || continue
    # If it is certainly gone, no process is left that could take its stack down.
    ! LC_ALL=C stat "$other" 2>&1 >/dev/null | grep -q 'No such file' || continue
    fail "$exitUnavailable" "the stack $project was brought up from ${other%/compose}, not from $root" \
      "stop it there, or remove it with: kvchaos down --foreign"
  done < <(docker ps -a --filter "label=com.docker.compose.project=$project" \
    --format '{{.Label "com.docker.compose.project.working_dir"}}' | sort -u)
}
