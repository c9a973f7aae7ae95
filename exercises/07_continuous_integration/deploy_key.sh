#!/usr/bin/env bash
# Make a key for the runner that deploys, if there is none; print the half that may be pasted.
set -euo pipefail
folder=$1
key=$folder/deploy_key

# TODO: make the key where there is none, and print its public half, nothing else
cat "$key"
