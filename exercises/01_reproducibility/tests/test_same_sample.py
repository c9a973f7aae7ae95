"""A sample belongs to its seed, and to nothing else."""

import random

import numpy as np


def test_the_same_seed_draws_the_same_houses(submission, ids, seed):
    first, second = submission.run(
        lambda code: [list(code.same_sample(list(ids), 12, seed=seed)) for _ in range(2)]
    )

    assert first == second, (
        "The same seed drew two different samples: "
        "is the seed handed to the generator that does the drawing?"
    )


def test_another_seed_draws_other_houses(submission, ids):
    samples = submission.run(
        lambda code: [sorted(code.same_sample(list(ids), 12, seed=seed)) for seed in range(5)]
    )

    assert len({tuple(sample) for sample in samples}) == 5, (
        "Five seeds should draw five different samples: "
        "does the seed that was asked for reach the generator?"
    )


def test_as_many_houses_are_drawn_as_were_asked_for(submission, ids, seed):
    sizes = submission.run(
        lambda code: [len(code.same_sample(list(ids), size, seed=seed)) for size in (1, 12, 200)]
    )

    assert sizes == [1, 12, 200], "The sample should hold `size` houses"


def test_the_houses_come_from_the_list(submission, ids, seed):
    sample = submission.run(lambda code: list(code.same_sample(list(ids), 12, seed=seed)))
    strange = sorted(set(sample) - set(ids))

    assert not strange, (
        f"The sample holds {strange[0]}, which is none of the ids that were handed in: "
        "draw from `ids`, not from their positions"
    )


def test_no_house_is_drawn_twice(submission, ids, seed):
    sample = submission.run(lambda code: list(code.same_sample(list(ids), 200, seed=seed)))

    assert len(set(sample)) == len(sample), (
        "Drawing 200 of 200 houses should give each of them once, but some came twice: "
        "which argument of `choice` puts a house back after it was drawn?"
    )


def test_the_houses_need_not_be_neighbours(submission, ids):
    samples = submission.run(
        lambda code: [list(code.same_sample(list(ids), 12, seed=seed)) for seed in range(5)]
    )
    positions = [sorted(map(ids.index, sample)) for sample in samples]

    assert any(place[-1] - place[0] > len(place) - 1 for place in positions), (
        "In each of five samples, the 12 houses stand side by side in the list: draw every house, "
        "not only the place to start from"
    )


def test_a_list_of_whole_numbers_comes_back(submission, ids, seed):
    kinds = submission.run(
        lambda code: [
            type(value).__name__
            for sample in [code.same_sample(list(ids), 12, seed=seed)]
            for value in (sample, sample[0])
        ]
    )

    assert kinds == ["list", "int"], (
        "A list of whole numbers should come back, not an array (`.tolist()` makes the one of the "
        "other) and not a tuple (`list(...)` does)"
    )


def test_nobody_elses_generator_is_moved(submission, ids, seed):
    def draws_around(code):
        found = []
        for sampling in (False, True):
            np.random.seed(1)
            random.seed(1)
            if sampling:
                code.same_sample(list(ids), 12, seed=seed)
            found.append({"NumPy's": np.random.random(), "Python's": random.random()})
        return found

    untouched, afterwards = submission.run(draws_around)
    moved = [name for name, draws in untouched.items() if draws != afterwards[name]]

    assert not moved, (
        f"Your function moved {' and '.join(moved)} own generator, which all of the program "
        "shares: somebody else's random numbers have changed. Make a generator of your own from "
        "the seed."
    )


def test_the_list_that_is_handed_in_stays_as_it_was(submission, ids, seed):
    def list_after(code):
        handed_in = list(ids)
        code.same_sample(handed_in, 12, seed=seed)
        return handed_in

    after = submission.run(list_after)

    assert after == ids, (
        "The list that was handed in is in another order now: "
        "draw from it, do not shuffle or sort it"
    )
