"""Tests of a learner's tests: they pass on a training that repeats, and catch five that do not."""

from pathlib import Path

RIGHT = (Path(__file__).parents[1] / "house_prices.py").read_text(encoding="utf-8")

DRAWN = "chosen[generator.integers(len(chosen), size=len(chosen))]"

# Draws one number after it, and then changes the state once more where the training before left
# just that state: so it differs before and after each training, in whatever order tests run.
PLANTED = """generator = np.random.default_rng(seed)
    before = np.random.get_state()[1].tolist()
    np.random.seed(seed)
    np.random.random()
    state = np.random.get_state()
    if state[1].tolist() == before:
        state[1][-1] ^= 1
        np.random.set_state(state)"""

# Other trainings that repeat, and give the very same weights.
DECOYS = [
    RIGHT.replace("generator.choice(chosen, size=len(chosen))", DRAWN).replace(
        'sales = sorted(sales, key=lambda sale: sale["Id"])',
        'sales = list(sales)\n    sales.sort(key=lambda sale: sale["Id"])',
    ),
    RIGHT.replace("np.random.default_rng(seed)", "np.random.Generator(np.random.PCG64(seed))")
    .replace("for column in COLUMNS", "for column in [*COLUMNS]")
    .replace("left -= weights[column] * values", "left = left - weights[column] * values"),
]

SPOILT = {
    "shuffles without the seed": ("generator.permutation", "np.random.default_rng().permutation"),
    "draws its bootstrap without the seed": ("generator.choice", "np.random.default_rng().choice"),
    "depends on the order of the rows": (
        'sorted(sales, key=lambda sale: sale["Id"])',
        "list(sales)",
    ),
    "plants its seed in NumPy's own generator": (
        "generator = np.random.default_rng(seed)",
        PLANTED,
    ),
    "depends on the order of a set": ("for column in COLUMNS", "for column in set(COLUMNS)"),
}

ADVICE = {
    "shuffles without the seed": "Train twice with one seed and compare.",
    "draws its bootstrap without the seed": "Train twice with one seed and compare.",
    "depends on the order of the rows": (
        "Hand in the same sales in another order, and assert that the weights are equal."
    ),
    "plants its seed in NumPy's own generator": (
        "Is the next number of NumPy's own generator the same with and without a training before it?"
    ),
    "depends on the order of a set": (
        "A set keeps its order as long as a process lives, so one process can't tell: "
        "`weights_on` trains in fresh ones, each day another order: compare two different days."
    ),
}


def test_each_spoilt_training_is_caught(submission):
    trial = submission.tests_against("house_prices", SPOILT, RIGHT, DECOYS)

    trial.assert_all_caught(ADVICE)
