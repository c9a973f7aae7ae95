#!/usr/bin/env bash
# `make serve`: train where there is no model yet, then gunicorn. MINE=1 serves the learner's passed answers.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
model=${ML_API_MODEL:-model}

if [ -n "${MINE:-}" ]; then
  "$bin/course" assemble build/mine
  export PYTHONPATH="$PWD/build/mine/regression_model/src:$PWD/build/mine/ml_api/src"
  model=build/mine/model
  rm -rf "$model" # answers may have changed since the last time
fi
if [ ! -f "$model/manifest.json" ]; then
  "$bin/regression-model" train --model "$model"
fi
export ML_API_MODEL=$model
export PORT=${PORT:-8000}
exec "$bin/ml-api"
