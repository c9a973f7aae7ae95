#!/bin/bash
set -e
cd "$1"
test -e deploy_key || ssh-keygen -t ed25519 -f deploy_key -P '' -q
chmod u=rw,go= deploy_key
if [ -e deploy_key.pub ]
then cat deploy_key.pub
else ssh-keygen -y -f deploy_key | tee deploy_key.pub
fi
