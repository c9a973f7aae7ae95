#!/usr/bin/env bash
# `make lock`: resolve *.in into hash-locked *.txt, without the address of an index in them.
set -euo pipefail
cd "$(dirname "$0")"
settings=$(../.venv/bin/python pip_settings.py)
eval "$settings"

lock() {
  echo "locking $1"
  CUSTOM_COMPILE_COMMAND="make lock" ../.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --upgrade \
    --no-emit-index-url --no-header "$1.in" -o "$1.txt" "${@:2}"
}
# ops holds all of core; the others take its versions, so that a package has one everywhere
lock ops
for name in core serve uv; do lock "$name" -c ops.txt; done
lock peers
../.venv/bin/python lock_check.py
