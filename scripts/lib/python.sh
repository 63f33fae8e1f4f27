# shellcheck shell=bash
# Tools from PyPI, in an environment of their own. Sourced; needs common.sh and packages.sh.

# Puts the packages listed in the file $2 into $1/venv. $3 names them for a person. The environment is made again
# whenever the list changes, and has none of the machine's own packages.
ensure_python_tools() {
  local folder=$1 requirements=$2 names=$3 content
  content=$(sha256sum <"$requirements")
  if [ "$(cat "$folder/.content" 2>/dev/null)" = "$content" ]; then
    say ok "$names"
    return
  fi
  say install "$names (PyPI, in ${folder#"$root/"}/venv)"
  mkdir -p "$folder"
  rm -rf "$folder/venv" "$folder/.content"
  python3 -m venv "$folder/venv" >/dev/null 2>&1 || {
    rm -rf "$folder/venv"
    install_packages "Python tools" python3-venv
    quietly python3 -m venv "$folder/venv" || fail "$exitUnavailable" "python3 cannot make a virtual environment"
  }
  quietly "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" \
    || fail "$exitUnavailable" "could not install the packages of ${requirements#"$root/"} from PyPI"
  echo "$content" >"$folder/.content"
}
