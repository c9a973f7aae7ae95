#!/usr/bin/env bash
# `make bench`: run every benchmark and put the sections they print together in RESULTS.md.
# ONLY=prediction (or grader, service, soak) runs one and leaves the other sections as they were.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE # imports without bytecode would be measured instead of our code
export OMP_NUM_THREADS=1
sections=benchmarks/sections

mkdir -p "$sections"
for benchmark in prediction grader service soak; do
  [ -z "${ONLY:-}" ] || [ "$ONLY" = "$benchmark" ] || continue
  .venv/bin/python "benchmarks/$benchmark.py" > "$sections/$benchmark.md.new"
  mv "$sections/$benchmark.md.new" "$sections/$benchmark.md"
done

{
  echo "# Results"
  echo
  echo "Written by \`make bench\`. Every comparison is made within one run on one machine: read the ratios, not the absolute times."
  echo
  .venv/bin/python -c "
import os, platform, datetime
print(f'{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}, {datetime.date.today()}.')"
  for section in "$sections"/*.md; do
    echo
    cat "$section"
  done
} > benchmarks/RESULTS.md
