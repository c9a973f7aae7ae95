# Sourced: trains where there is no model yet, and says in `model` where it is. MINE=1: with the learner's passed answers.
# shellcheck shell=bash
bin=$PWD/.venv/bin
model=${ML_API_MODEL:-model}

# Train with the learner's answers; where that is refused for a module of theirs, name the exercise.
train_mine() {
  local log=build/mine/training.log line module
  "$bin/regression-model" train --model "$model" 2>"$log" && return
  cat "$log" >&2
  while IFS= read -r line; do # such as "03.2 Years elapsed: yours, as regression_model/src/..."
    module=$(sed -E 's/.*\/src\/(.*)\.py$/\1/; s/\//./g' <<<"$line")
    # a terminal breaks lines where it likes
    if tr -d ' \n' <"$log" | grep -qF "($module)"; then
      echo "That step is your answer to exercise ${line%%: yours*}." >&2
    fi
  done <<<"$1"
  return 1
}

if [ -n "${MINE:-}" ]; then
  answers=$("$bin/course" assemble build/mine)
  echo "$answers"
  export PYTHONPATH="$PWD/build/mine/regression_model/src:$PWD/build/mine/ml_api/src"
  model=build/mine/model
  rm -rf "$model" # answers may have changed since the last time
  train_mine "$answers"
elif [ ! -f "$model/manifest.json" ]; then
  "$bin/regression-model" train --model "$model"
fi
