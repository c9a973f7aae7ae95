#!/usr/bin/env bash
# `make serve`: train where there is no model yet, then gunicorn. MINE=1 serves the learner's passed answers.
set -euo pipefail
cd "$(dirname "$0")/.."
source deploy/model.sh
export ML_API_MODEL=$model
export PORT=${PORT:-8000}
exec "$bin/ml-api"
