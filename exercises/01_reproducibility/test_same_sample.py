"""A sample belongs to its seed, and to nothing else."""

import numpy as np

IDS = list(range(1, 201))


def test_the_same_seed_draws_the_same_houses(submission):
    first, second = submission.run(
        lambda code: [code.same_sample(list(IDS), 12, seed=7) for _ in range(2)]
    )

    assert first == second, (
        "The same seed drew two different samples: "
        "is the seed handed to the generator that does the drawing?"
    )


def test_another_seed_draws_other_houses(submission):
    samples = submission.run(
        lambda code: [sorted(code.same_sample(list(IDS), 12, seed=seed)) for seed in range(5)]
    )

    assert len({tuple(sample) for sample in samples}) == 5, (
        "Five seeds should draw five different samples: "
        "does the seed that was asked for reach the generator?"
    )


def test_as_many_houses_are_drawn_as_were_asked_for(submission):
    sizes = submission.run(
        lambda code: [len(code.same_sample(list(IDS), size, seed=7)) for size in (0, 1, 12, 200)]
    )

    assert sizes == [0, 1, 12, 200], "The sample should hold `size` houses"


def test_no_house_is_drawn_twice(submission):
    sample = submission.run(lambda code: code.same_sample(list(IDS), 200, seed=7))

    assert sorted(sample) == IDS, (
        "Drawing 200 of 200 houses should give each of them once, but some came twice: "
        "which argument of `choice` puts a house back after it was drawn?"
    )


def test_numpys_own_generator_is_left_alone(submission):
    def draws_around(code):
        np.random.seed(1)
        untouched = np.random.random(3).tolist()
        np.random.seed(1)
        code.same_sample(list(IDS), 12, seed=7)
        return untouched, np.random.random(3).tolist()

    untouched, after_sampling = submission.run(draws_around)

    assert after_sampling == untouched, (
        "Your function moved NumPy's own generator, which all of the program shares: "
        "somebody else's random numbers have changed. Make a generator of your own from the seed."
    )


def test_the_callers_list_stays_as_it_was(submission):
    def list_after(code):
        ids = list(IDS)
        code.same_sample(ids, 12, seed=7)
        return ids

    after = submission.run(list_after)

    assert after == IDS, (
        "The list that was handed in came back in another order: " "draw from it, do not shuffle it"
    )
