#!/usr/bin/env bash
# `course doctor --fetch`: the base image and the wheels for it, once; after that `make image` needs no network.
set -euo pipefail
cd "$(dirname "$0")/../.."
source deploy/docker/engine.sh

wheels=build/wheels
if [ ! -f $wheels/complete ] || ! cmp -s requirements/serve.txt $wheels/complete; then
  echo "Fetching the wheels that the image needs, into $wheels"
  rm -rf $wheels
  mkdir -p $wheels
  # for the processor of the image, which on a Mac is not the system of this machine
  machine=$(uname -m | sed 's/arm64/aarch64/')
  platforms=()
  for tag in manylinux_2_28 manylinux_2_27 manylinux_2_26 manylinux_2_24 manylinux2014 manylinux_2_17; do
    platforms+=(--platform "${tag}_$machine")
  done
  .venv/bin/python -m pip download -q --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    --implementation cp --python-version 3.11 "${platforms[@]}" -d $wheels -r requirements/serve.txt
  cp requirements/serve.txt $wheels/complete
fi
echo "Wheels: $(find $wheels -name '*.whl' | wc -l) in $wheels"

if [ -z "$(base_here)" ]; then
  echo "Pulling ${base%@*}"
  if ! "$engine" pull -q "$base" 2> build/pull.log; then
    if [ "$(id -u)" != 0 ] || ! command -v debootstrap > /dev/null; then
      tail -n 3 build/pull.log >&2
      echo "The base image could not be pulled: see the lines above. Without a registry, root on Debian can make a stand-in: sudo apt install debootstrap, then the same command again." >&2
      exit 1
    fi
    echo "No registry can be reached: making a stand-in from Debian's packages (a minute or two)"
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    debootstrap --variant=minbase --include=ca-certificates,python3,python3-pip,python3-venv \
      bookworm "$root" > build/debootstrap.log 2>&1 || { tail -n 5 build/debootstrap.log >&2; exit 1; }
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}/*
    tar -C "$root" -c . | "$engine" import -q - "$stand_in" > /dev/null 2>> build/debootstrap.log
  fi
fi
echo "Base image: $(base_here)"
