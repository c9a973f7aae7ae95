"""A zoo of pairs of captures: the script is run on each, and its exit status is what counts."""

import json
import random
import sys

import pytest

ROWS = 260
# beside the answer: write each pair of files, run the script on it in a process of its own (forked,
# and ended at once, for twenty starts of Python take a second), tell exit status and last line
RUN_ALL = """
import json, math, os, pathlib, subprocess, sys, traceback
told = []
for number, (before, after) in enumerate(json.load(sys.stdin)):
    folder = pathlib.Path(f"pair-{number}")
    folder.mkdir()
    for name, text in (("before.json", before), ("after.json", after)):
        if text is not None:
            (folder / name).write_text(text)
    argv = ["compare_prices.py", str(folder / "before.json"), str(folder / "after.json")]
    with open(folder / "printed", "w+") as printed:
        if not hasattr(os, "fork"):
            status = subprocess.call([sys.executable, *argv], stdout=printed, stderr=printed)
        elif child := os.fork():
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        else:
            os.dup2(printed.fileno(), 1)
            os.dup2(printed.fileno(), 2)
            sys.argv, status = argv, 1
            try:
                code = compile(pathlib.Path(argv[0]).read_bytes(), argv[0], "exec")
                exec(code, {"__name__": "__main__", "__file__": argv[0]})
                status = 0
            except SystemExit as leaving:
                if leaving.code is None or isinstance(leaving.code, int):
                    status = int(leaving.code or 0) & 255
                else:
                    print(leaving.code)
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            os._exit(status)
    lines = (folder / "printed").read_text().splitlines()
    told.append([status, lines[-1] if lines else ""])
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def old(seed):
    """The prices before; a few houses have none."""
    draw = random.Random(seed)
    prices = [round(draw.uniform(40_000, 500_000), 2) for _ in range(ROWS)]
    for row in (3, 50, 120):
        prices[row] = None
    prices[30], prices[31] = 100_000.0, 200_000.0
    return prices


def with_prices(prices, **changed):
    """Return a copy with other prices at some rows, given as r17=..."""
    copy = list(prices)
    for row, price in changed.items():
        copy[int(row[1:])] = price
    return copy


@pytest.fixture(scope="module")
def pairs(old):
    """Pairs by name: the prices after, whether they agree, and what to look at."""
    dear = {f"r{row}": price and price * 1.2 for row, price in enumerate(old)}
    swapped = with_prices(old, r30=old[31], r31=old[30])
    return {
        "the same prices": (old, True, ""),
        "prices that differ in the seventh digit": ([p and p * (1 + 1e-7) for p in old], True, ""),
        "prices that differ by half a per cent": ([p and p * 1.005 for p in old], True, ""),
        "prices that differ by 0.995 %": ([p and p * 1.00995 for p in old], True, ""),
        "one price is up by a fifth": (
            with_prices(old, r100=dear["r100"]),
            False,
            "does anything turn the difference into an exit status?",
        ),
        "one price is down by a fifth": (
            with_prices(old, r100=old[100] * 0.8),
            False,
            "a price that fell is as wrong as one that rose.",
        ),
        "one price is up by 3 %": (
            with_prices(old, r100=old[100] * 1.03),
            False,
            "how much is `rel_tol=TOLERANCE`, if 1 is the whole price?",
        ),
        "one price is up by 1.05 %": (
            with_prices(old, r100=old[100] * 1.0105),
            False,
            "one per cent is 0.01.",
        ),
        "a price is a hundred times too high": (
            with_prices(old, r100=old[100] * 100),
            False,
            "how much is `rel_tol=TOLERANCE`, if 1 is the whole price?",
        ),
        "the first price is wrong": (
            with_prices(old, r0=old[0] * 2),
            False,
            "which rows are never looked at?",
        ),
        "the second price is wrong": (
            with_prices(old, r1=old[1] * 2),
            False,
            "which rows are never looked at?",
        ),
        "the last price is wrong": (
            with_prices(old, r259=old[259] * 2),
            False,
            "which rows are never looked at?",
        ),
        "all prices are wrong": (
            [dear[f"r{row}"] for row in range(ROWS)],
            False,
            "look at any row.",
        ),
        "two prices are swapped": (swapped, False, "are prices compared house by house?"),
        "a house gets no price any more": (
            with_prices(old, r100=None),
            False,
            "a house without a price is left out, and then?",
        ),
        "a house got no price, and gets one": (
            with_prices(old, r50=123456.0),
            False,
            "a house without a price is left out, and then?",
        ),
        "the gap is at another house": (
            with_prices(old, r50=old[51], r51=None),
            False,
            "a house without a price is left out, and then?",
        ),
        "a price is NaN": (
            with_prices(old, r100=float("nan")),
            False,
            "NaN is no price, whatever it is compared with.",
        ),
        "a price is infinite": (
            with_prices(old, r100=float("inf")),
            False,
            "infinity is no price.",
        ),
        "a price is 0": (
            with_prices(old, r100=0),
            False,
            "a price of 0 counts as false, and is one.",
        ),
        "a house that got no price gets 0": (
            with_prices(old, r50=0),
            False,
            "a price of 0 counts as false, and is one.",
        ),
        "the last price is missing": (
            old[:-1],
            False,
            "which of the two checks of the length is ever reached?",
        ),
        "there is a price more": (
            [*old, 99_000.0],
            False,
            "which of the two checks of the length is ever reached?",
        ),
    }


@pytest.fixture
def judged(submission, once, old, pairs, seed):
    """What the script said of each pair: exit status and last line."""
    order = sorted(pairs)
    random.Random(seed).shuffle(order)
    extra = {
        "nothing": ([], [], "h", "h"),
        "no prices": ([None] * 9, [None] * 9, "h", "h"),
        "stale": (old, old, "h", "another"),
    }
    for name, price in {"NaN": float("nan"), "infinite": float("inf")}.items():
        extra[name] = (with_prices(old, r100=price), with_prices(old, r100=price), "h", "h")
    texts = [[capture(old), capture(pairs[name][0])] for name in order]
    texts += [[capture(a, x), capture(b, y)] for a, b, x, y in extra.values()]
    texts += [[capture(old), None], ["half a file", capture(old)]]

    def ask():
        done = submission.shell([sys.executable, "-I", "-S", "-c", RUN_ALL], json.dumps(texts))
        assert done.status == 0, f"The script could not be run: {done.stderr}"
        return json.loads(done.stdout)

    names = [*order, *extra, "no file", "half a file"]
    return dict(zip(names, once(ask)))


def capture(prices, houses="h"):
    """Return the text of a capture."""
    return json.dumps({"model_version": "1.0.0", "houses": houses, "prices": prices})


def show(name, told):
    """Return what came of one pair."""
    return f"\n  pair:         {name}\n  exit status:  {told[0]}\n  last line:    {told[1]}"


def test_pairs_that_agree_are_green(judged, pairs):
    for name, (_, good, _) in pairs.items():
        if good:
            assert judged[name][0] == 0, (
                "A pair that agrees stops the release: the tolerance is one per cent, and a house "
                f"that had no price and has none is no difference.{show(name, judged[name])}"
            )


def test_pairs_that_differ_are_red(judged, pairs):
    missed = {
        name: advice
        for name, (_, good, advice) in pairs.items()
        if not good and judged[name][0] == 0
    }
    assert not missed, f"{len(missed)} pairs that differ leave the step green:\n" + "\n".join(
        f"  - {name}: {advice}" for name, advice in missed.items()
    )


def test_a_comparison_of_nothing_is_red(judged):
    for name, what in {"nothing": "no rows at all", "no prices": "no house with a price"}.items():
        assert judged[name][0] != 0, (
            f"Two captures of {what}, and the step is green: nothing was compared."
            f"{show(what, judged[name])}"
        )


def test_what_is_no_finite_number_is_red_on_both_sides(judged):
    for name in ("NaN", "infinite"):
        assert judged[name][0] != 0, (
            f"A house has a price that is no finite number before and after, {name}, and the step is "
            f"green: the model is broken in both.{show(name, judged[name])}"
        )


def test_captures_of_other_houses_are_red(judged):
    assert judged["stale"][0] != 0, (
        "The captures are of other houses, as their `houses` say, and the step is green: one of "
        f"them is stale, and equal prices are chance.{show('another hash', judged['stale'])}"
    )


def test_a_file_that_cannot_be_read_is_red(judged):
    for name in ("no file", "half a file"):
        assert (
            judged[name][0] != 0
        ), f"A capture cannot be read, and the step is green.{show(name, judged[name])}"
