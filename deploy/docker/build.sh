#!/usr/bin/env bash
# `make image`: wheels and a model, then the image. MINE=1 puts the learner's passed answers into it.
set -euo pipefail
cd "$(dirname "$0")/../.."
source deploy/model.sh
source deploy/docker/engine.sh
bash deploy/docker/fetch.sh

# the two packages as wheels: what is tested and what is shipped are the same files
rm -rf dist build/packages
mkdir -p dist build/packages
for package in regression_model ml_api; do
  cp -R packages/$package build/packages/
  if [ -n "${MINE:-}" ]; then
    rm -rf build/packages/$package/src
    cp -R build/mine/$package/src build/packages/$package/
  fi
  .venv/bin/uv build -q --wheel --offline --no-build-isolation --python .venv/bin/python -o dist build/packages/$package
done

# docker reads the ignore file that is named after the Dockerfile beside it
for name in Dockerfile Dockerfile.dockerignore; do
  cp deploy/docker/$name build/$name
  if [ -n "${MINE:-}" ] && [ -f build/mine/deploy/docker/$name ]; then
    cp build/mine/deploy/docker/$name build/$name
  fi
done

revision=$(git rev-parse HEAD 2> /dev/null || echo unknown)
[ -z "$(git status --porcelain 2> /dev/null)" ] || revision=$revision-changed
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' packages/ml_api/src/ml_api/version.py)
from=$(base_here)
# docker's own format: the other has no health check
format=()
[ "$engine" = docker ] || format=(--format docker --pull-never --ignorefile build/Dockerfile.dockerignore)
"$engine" build "${format[@]}" -f build/Dockerfile -t "$image:latest" \
  --build-arg "BASE=$from" --build-arg "BASE_DIGEST=$(base_digest "$from")" --build-arg PIP_NO_INDEX=1 --build-arg "MODEL=$model" \
  --build-arg "REVISION=$revision" --build-arg "VERSION=$version" "$@" .
echo "Built $image:latest. To serve it on port 8000: $engine run --rm -p 8000:8000 $image"
