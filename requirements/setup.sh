#!/usr/bin/env bash
# Make .venv from the hash-locked requirements. Called by make; safe to run again at any time.
set -euo pipefail
python=${1:-python3}
cd "$(dirname "$0")/.."
here=$(pwd -P)

say() { printf '%s\n' "$*" >&2; }

# one set-up at a time: two terminals must not write one environment together
if command -v flock > /dev/null; then
  exec 9> "${TMPDIR:-/tmp}/ship-the-model-setup-$(id -u).lock"
  flock 9
fi

# modules of another Python are no business of ours
unset PYTHONHOME PYTHONPATH
command -v "$python" > /dev/null || {
  say "There is no $python on this machine. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.12 ..."
  exit 1
}
"$python" requirements/check_python.py || exit 1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed() {
  tail -n 15 "$log" >&2
  say "$1"
  exit 1
}

# the first line is for make: scripts in an environment name its folder, so a moved one is made anew
made_by=$(printf '%s\n' "$here" && "$python" -c 'import sys; print(sys.base_prefix, sys.version)')
clear=
if [ "$(cat .venv/made-by 2> /dev/null)" != "$made_by" ]; then
  clear=--clear
  rm -rf .tox # its scripts name the folder, too
fi
"$python" -m venv ${clear:+"$clear"} .venv > "$log" 2>&1 ||
  failed "$python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv"

install() {
  "$@" > "$log" 2>&1 && return
  if grep -qiE 'certificate|UnknownIssuer' "$log"; then
    failed "Installing failed: the certificate of the packages' index is not trusted. SSL_CERT_FILE=/path/to/authorities.pem names others."
  elif grep -qiE 'error sending request|connect(ion)? (error|refused|reset|aborted)|failed to establish|dns error|name resolution|timed? ?out|unreachable|proxyerror|tunnel' "$log"; then
    failed "Installing failed: the packages' index could not be reached. Check the network, then run the same command again."
  fi
  failed "Installing failed, and not for want of a network: the lines above say why."
}
say "Setting up .venv (once; about a minute on a laptop)"
settings=$(.venv/bin/python requirements/pip_settings.py)
eval "$settings"
install .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
# bytecode now rather than at the first import: scikit-learn and pandas then load three times faster
install .venv/bin/uv pip sync --python .venv/bin/python --quiet --require-hashes --compile-bytecode requirements/core.txt
install .venv/bin/uv pip install --python .venv/bin/python --quiet --no-deps --no-build-isolation \
  -e packages/regression_model -e packages/ml_api -e packages/sandbox -e packages/course

# lesson 07 asks GitHub's own evaluator of conditions, which runs on Node; all else works without it
actions=requirements/actions/package-lock.json
if command -v npm > /dev/null && [ -f "$actions" ] && ! cmp -s "$actions" .venv/actions/installed; then
  rm -rf .venv/actions && mkdir .venv/actions && cp "${actions%/*}"/package*.json .venv/actions/
  if (cd .venv/actions && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1) > "$log" 2>&1; then
    cp "$actions" .venv/actions/installed
  else
    say "npm could not install GitHub's evaluator, so one exercise of lesson 07 will not be verified; all else works. To try again: rm .venv/ready; make setup"
  fi
fi
printf '%s\n' "$made_by" > .venv/made-by
touch .venv/ready
