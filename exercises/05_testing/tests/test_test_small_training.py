"""The learner's tests pass on a training that is right, and catch eight that are spoilt."""

from pathlib import Path

RIGHT = (Path(__file__).parents[1] / "small_training.py").read_text(encoding="utf-8")

STATE = "weights, memory, squares = (dict(state[name])"
ARRAYS = "state[name] = {part: np.array(stored[name][part]) for part in PARTS}"
SCALED = 'rows = (rows - scale["centre"]) / scale["spread"]\n    state = load'
SAVED = '    save(state, directory / "state.json")\n'

DECOYS = [
    (
        "return float(np.mean((predict(state, rows) - targets) ** 2))",
        "error = predict(state, rows) - targets\n    return float(error @ error / len(error))",
    ),
    ('"inner": rows.T @ back,', '"inner": np.einsum("ij,ik->jk", rows, back),'),
]
SPOILT = {
    "climbs where it should descend": (
        "weights[name] - RATE * usual",
        "weights[name] + RATE * usual",
    ),
    "shuffles houses and prices apart": ("targets[batch])", "targets[np.sort(batch)])"),
    "forgets its memory when it is loaded": (
        ARRAYS,
        ARRAYS + '\n    state["memory"] = {part: 0 * state["memory"][part] for part in PARTS}',
    ),
    "begins with the first batch again when it goes on": (
        "default_rng(step)",
        'default_rng(step - state["step"])',
    ),
    "changes the state that it is handed": (
        STATE,
        STATE.replace("dict(state[name])", "state[name]"),
    ),
    "writes the network as it was before training": (
        SAVED,
        '    save(start(len(COLUMNS)), directory / "state.json")\n',
    ),
    "writes nothing in test mode": (
        SAVED,
        '    if quick:\n        return loss(state, scaled, targets - scale["usual"])\n' + SAVED,
    ),
    "measures houses against the mean of the request": (
        SCALED,
        "rows = (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-9)\n    state = load",
    ),
}
ADVICE = {
    "climbs where it should descend": "compare the loss before and after some steps.",
    "shuffles houses and prices apart": (
        "let it memorise twenty rows: with no house fitting its price, it can't. How small should "
        "the loss be after three or four hundred steps?"
    ),
    "forgets its memory when it is loaded": (
        "stop after some steps, `save`, `load`, go on, and compare the weights with those of a "
        "training that was never stopped."
    ),
    "begins with the first batch again when it goes on": (
        "go on after a stop, with more rows than one batch holds (`BATCH`), and compare the weights "
        "with those of a training that was never stopped."
    ),
    "changes the state that it is handed": (
        "compare the state that you handed to `advance`, after the call, with a deep copy from "
        "before (`copy.deepcopy`): what is in a `dict(state)` changes along."
    ),
    "writes the network as it was before training": (
        "compute the loss again from the prices that the written model gives, and compare it with "
        "what `run` returned."
    ),
    "writes nothing in test mode": (
        "run it with `quick=True` into an empty directory, and ask that model for prices."
    ),
    "measures houses against the mean of the request": (
        "ask for the price of a house alone and among others."
    ),
}


def test_spoilt_trainings_are_caught(submission):
    trial = submission.tests_against("small_training", SPOILT, RIGHT, DECOYS)

    trial.assert_all_caught(ADVICE)
