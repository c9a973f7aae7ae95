#!/usr/bin/env bash
# A differential test: does this code price houses as another revision of it did?
#   bash differential/compare.sh [REVISION]      origin/main, unless told
# Each side trains and prices with its own code. Exit code 1: prices differ by more than TOLERANCE (a share, 0.01 unless
# told), and somebody has to look; red is not "broken" here, it is "different".
set -euo pipefail
cd "$(dirname "$0")/.."
revision=${1:-origin/main}
tolerance=${TOLERANCE:-0.01}
now=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
git archive --prefix=before/ "$revision" packages/regression_model | tar -x -C "$scratch"
cd "$scratch"

# with CODE ARGUMENTS: the command of the package as it is there
with() {
  PYTHONPATH="$1/packages/regression_model/src" "$now/.venv/bin/python" -m regression_model "${@:2}"
}
compare() { with "$now" compare "$1" now.json --tolerance "$tolerance"; }

echo "Training and pricing with $revision, then with what is here"
with before simulate --rows 500 --seed 8 --out houses.csv > log
for side in before now; do
  code=$side
  [ $side = before ] || code=$now
  with "$code" train --rows 600 --model "model-$side" >> log
  with "$code" capture --model "model-$side" --data houses.csv --out $side.json >> log
done

# a canary: a comparison that lets a spoilt price pass would let everything pass
"$now/.venv/bin/python" - "$tolerance" << 'EOF'
import json, sys
spoilt = json.load(open("now.json"))
spoilt["prices"][17] *= 1 + 2 * float(sys.argv[1])
json.dump(spoilt, open("canary.json", "w"))
EOF
if compare canary.json > log; then
  echo "A price that is off by twice the tolerance passed unseen: the comparison cannot go red." >&2
  exit 1
fi

compare before.json
