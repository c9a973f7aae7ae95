#!/usr/bin/env bash
# `make bench`: run every benchmark and put the sections they print together in RESULTS.md.
# ONLY=prediction (or classroom, grader, image, scale, service, soak) runs one and leaves the other sections as they were;
# ARGS are handed to it, for instance ONLY=service ARGS="--rounds 1 --seconds 1".
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE # imports without bytecode would be measured instead of our code
export OMP_NUM_THREADS=1
sections=benchmarks/sections
ops=.bench/ops

# what scale.py needs and .venv does without: Dask
make_ops() {
  if [ "$ops/ready" -nt requirements/ops.txt ]; then return; fi
  echo "installing Dask into $ops (once, half a minute)" >&2
  { [ -x "$ops/bin/python" ] || .venv/bin/uv venv --quiet --python .venv/bin/python "$ops"; } &&
    .venv/bin/uv pip sync --python "$ops/bin/python" --quiet --require-hashes --compile-bytecode requirements/ops.txt &&
    .venv/bin/uv pip install --python "$ops/bin/python" --quiet --no-deps --no-build-isolation -e packages/regression_model &&
    touch "$ops/ready"
}

for benchmark in prediction classroom grader image scale service soak; do
  [ -z "${ONLY:-}" ] || [ "$ONLY" = "$benchmark" ] || continue
  python=.venv/bin/python
  if [ "$benchmark" = scale ]; then
    make_ops || { echo "scale is left out: $ops could not be made" >&2; continue; }
    python=$ops/bin/python
  fi
  "$python" "benchmarks/$benchmark.py" ${ONLY:+${ARGS:-}} > "$sections/$benchmark.md.new"
  .venv/bin/python -c "
import os, platform, datetime
print(f'\n*{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}, {datetime.date.today()}.*')" \
    >> "$sections/$benchmark.md.new"
  mv "$sections/$benchmark.md.new" "$sections/$benchmark.md"
done

{
  echo "# Results"
  echo
  echo "Written by \`make bench\`. Every comparison is made within one run on one machine: read the ratios, not the absolute times."
  for section in "$sections"/*.md; do
    echo
    cat "$section"
  done
} > benchmarks/RESULTS.md
