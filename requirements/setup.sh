#!/usr/bin/env bash
# Make .venv from the hash-locked requirements. Called by make; safe to run again at any time.
set -euo pipefail
python=${1:-python3}
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

# one set-up at a time: two terminals must not write one environment together
if command -v flock > /dev/null; then
  exec 9> "${TMPDIR:-/tmp}/ship-the-model-setup-$(id -u).lock"
  flock 9
fi

command -v "$python" > /dev/null || {
  say "There is no $python on this machine. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.12 ..."
  exit 1
}
"$python" - << 'PY' || exit 1
import sys
if sys.version_info < (3, 11):
    sys.exit(
        f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.\n"
        "Install a newer one, or name one that is there: make PYTHON=python3.12 ..."
    )
PY

if ! "$python" -m venv .venv > .venv-error.log 2>&1; then
  say "$python could not make a virtual environment:" && cat .venv-error.log >&2 && rm -f .venv-error.log
  say "On Debian and Ubuntu: apt install python3-venv"
  exit 1
fi
rm -f .venv-error.log

away() {
  say "Installing failed. The first set-up needs the network, to fetch the packages named in requirements/."
  say "If the lines above speak of connections or name resolution: check the network, then run the same command again."
  exit 1
}
say "Setting up .venv (once; about a minute on a laptop)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt || away
# bytecode now rather than at the first import: scikit-learn and pandas then load three times faster
.venv/bin/uv pip sync --python .venv/bin/python --quiet --require-hashes --compile-bytecode requirements/core.txt || away
.venv/bin/uv pip install --python .venv/bin/python --quiet --no-deps --no-build-isolation \
  -e packages/regression_model -e packages/ml_api -e packages/course || away
touch .venv/ready
