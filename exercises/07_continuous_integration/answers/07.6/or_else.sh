#!/bin/bash
set -e
cd "$1"
test -e deploy_key || ssh-keygen -t ed25519 -f deploy_key -P '' -q
chmod u=rw,go= deploy_key
ssh-keygen -y -f deploy_key > deploy_key.pub
cat deploy_key.pub
