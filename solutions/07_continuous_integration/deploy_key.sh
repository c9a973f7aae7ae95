#!/usr/bin/env bash
# Make a key for the runner that deploys, if there is none; print the half that may be pasted.
set -euo pipefail
folder=$1
key=$folder/deploy_key

if [ ! -f "$key" ]; then
  ssh-keygen -q -t ed25519 -N "" -C deploy -f "$key" >&2
fi
chmod 600 "$key"
ssh-keygen -y -f "$key"
