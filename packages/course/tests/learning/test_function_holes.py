"""Several exercises share a module: what a learner writes for one function of it is what ships."""

import importlib.util
import os
import subprocess
import sys

import pytest
from sample_course import rewrite, solve, write_all

from course.authoring.check import check
from course.authoring.sync import solution_differs, sync
from course.cli.descriptions import describe, solution_text
from course.grading import Grader
from course.learner.assembly import assemble_packages
from course.learner.progress import Progress
from course.lessons import LessonError, load_course

SHOP = '''\
"""A shop."""

import math

PRICES = {"tea": 2}


def logged(function):
    """Keep a function that may be asked for by its name."""
    KNOWN[function.__name__] = function
    return function


KNOWN = {}


@logged
def price(name):
    """Return the price of a thing, in whole pounds."""
    return math.ceil(PRICES[name])


class Basket:
    """What somebody buys."""

    def __init__(self, names):
        self.names = names

    def total(self):
        """Return what all of it costs."""
        return sum(price(name) for name in self.names)


BY_KIND = {"any": price}


def bill(names):
    """Return the text of a bill."""
    return f"{Basket(names).total()} pounds"
'''
LESSON = """\
title = "Shop"

[[part]]
notebook = "1_shop.ipynb"
title = "Shop"
exercises = ["03.1", "03.2"]

[[objective]]
text = "sell"
exercises = ["03.1", "03.2"]

[[exercise]]
id = "03.1"
title = "A price"
file = "price.py"
fills = "demo.shop:price"
hints = ["a", "b", "c"]
blank = ["price"]
todo = "Return the price."
passed = "Sold."

[[exercise.mistake]]
name = "rounds down"
replace = "math.ceil"
by = "math.floor"
says = "Prices are rounded up"

[[exercise]]
id = "03.2"
title = "A basket"
file = "basket.py"
fills = "demo.shop:Basket"
hints = ["a", "b", "c"]
blank = ["Basket.total"]
todo = "Return the sum."
passed = "Sold."

[[exercise.mistake]]
name = "counts"
replace = "sum(price(name) for name in self.names)"
by = "len(self.names)"
says = "Two teas cost four pounds"
"""
TEST_PRICE = """\
def test_prices_are_rounded_up(submission):
    def price(code):
        code.PRICES["cake"] = 2.5
        from demo.shop import bill
        return code.price("cake"), bill(["cake"])

    assert submission.run(price) == (3, "3 pounds"), "Prices are rounded up."


def test_a_shell_has_the_learner_s_function_too(submission):
    done = submission.shell(["python", "-c", "from demo.shop import BY_KIND as b; print(b['any']('tea'))"])
    assert done.stdout == "2\\n", "Prices are rounded up."
"""
TEST_BASKET = """\
def test_a_basket_is_the_sum_of_its_prices(submission):
    def two_teas(code):
        import pickle
        return pickle.loads(pickle.dumps(code.Basket(["tea", "tea"]))).total()

    assert submission.run(two_teas) == 4, "Two teas cost four pounds."
"""
TOO_DEAR = """\
from demo.shop import PRICES, logged


@logged
def price(name):
    return 100 * PRICES[name]
"""
EMPTY = "class Basket:\n    def __init__(self, names): ...\n    def total(self): return 0\n"


@pytest.fixture
def shop(sample_root):
    """The sample course with a third lesson, whose exercises fill a function and a class."""
    write_all(
        sample_root,
        {
            "packages/demo/src/demo/shop.py": SHOP,
            "notebooks/03_shop/1_shop.ipynb": '{"cells": []}',
            "exercises/03_shop/lesson.toml": LESSON,
            "exercises/03_shop/README.md": "# Shop\n\n## 03.1 Price\n\n## 03.2 Basket\n",
            "exercises/03_shop/tests/test_price.py": TEST_PRICE,
            "exercises/03_shop/tests/test_basket.py": TEST_BASKET,
        },
    )
    course = load_course(sample_root)
    sync(course, course.find("03"))
    return load_course(sample_root)


def served(course, code):
    """Return what a program prints that uses the assembled packages."""
    folder = course.root / "build/mine"
    put_in = assemble_packages(course, course.find("03"), folder)
    environment = {**os.environ, "PYTHONPATH": str(folder / "demo/src")}
    program = [sys.executable, "-W", "error", "-c", f"from demo.shop import *; {code}"]
    return put_in, subprocess.check_output(program, text=True, env=environment)


@pytest.mark.slow
def test_such_exercises_are_proved_by_the_real_grader(shop):
    with Grader(shop) as grader:
        findings = check(shop.find("03"), grader)

    proved = {"stub": True, "forced": True, "solution": True, "mistakes": True}
    assert all(proved.items() <= finding.proofs.items() for finding in findings[1:])


def test_a_solution_is_the_function_and_a_stub_lacks_its_body(shop):
    price, basket = shop.find("03")

    assert '@logged\ndef price(name):\n    """Return the price' in price.solution.read_text()
    assert "math.ceil" in price.solution.read_text()
    assert "math.ceil" not in price.answer.read_text()
    assert "from demo.shop import price\n" in basket.solution.read_text()
    assert "class Basket" not in price.solution.read_text()
    assert solution_text(price) == price.solution.read_text()


def test_a_changed_function_and_no_other_changes_its_solution(shop):
    price, basket = shop.find("03")
    rewrite(shop.root / "packages/demo/src/demo/shop.py", "math.ceil(", "math.floor(")

    assert (solution_differs(price), solution_differs(basket)) == (True, False)


def test_show_names_the_function(shop):
    text = describe(shop.find("03.1")[0], Progress(shop))

    assert "fills   packages/demo/src/demo/shop.py, price\n" in text


def test_what_a_learner_writes_is_what_is_served(shop):
    price, basket = shop.find("03")
    solve(price, basket)
    assert served(shop, "print(bill(['tea']))")[1] == "2 pounds\n"

    price.answer.write_text(TOO_DEAR)
    put_in, printed = served(
        shop, "print(bill(['tea']), BY_KIND['any']('tea'), KNOWN['price']('tea'))"
    )
    assert printed == "200 pounds 200 200\n"
    assert [path.name for _, path in put_in] == ["shop__price.py", "shop__Basket.py"]

    basket.answer.write_text(EMPTY)
    code = "import pickle; print(bill(['tea']), pickle.dumps(Basket([])).count(b'__Basket'))"
    assert served(shop, code)[1] == "0 pounds 0\n"


@pytest.mark.slow
def test_a_right_answer_passes_and_an_unfinished_one_is_told_what_lacks(shop):
    price, _ = shop.find("03")
    with Grader(shop) as grader:
        price.answer.write_text(TOO_DEAR.replace("100 * ", ""))
        wrong = grader.grade(price)
        price.answer.write_text("def prize(name):\n    return 1\n")
        lacking = grader.grade(price)
        price.answer.write_text("from demo.shop import bill\ndef price(name):\n    return 1\n")
        below = grader.grade(price)

    assert (wrong.verdict, wrong.message.splitlines()[0]) == ("failed", "Prices are rounded up.")
    assert lacking.verdict == "broken"
    assert "`price` is not defined in price.py." in lacking.message
    assert below.verdict == "broken" and "price.py:1: from demo.shop import bill" in below.message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("demo.shop:Basket", "demo.shop:price", "demo.shop:price is already filled by 03.1"),
        ("demo.shop:Basket", "demo.shop", "demo.shop is already filled by 03.1"),
        ("demo.shop:price", "demo.years:elapsed", "demo.years:elapsed is already filled by 01.1"),
        ("demo.shop:price", "demo.shop:", "fills: a module, module:function or path/to/file is"),
        ("demo.shop:price", "demo.shop:Basket.total", "fills: a module, module:function or path"),
        (
            '"price.py"',
            '"price.py"\nkind = "tests"',
            "a function is filled by kind code, not tests",
        ),
    ],
)
def test_a_hole_belongs_to_one_exercise_and_is_well_named(shop, old, new, said):
    rewrite(shop.root / "exercises/03_shop/lesson.toml", old, new)

    with pytest.raises(LessonError, match=said):
        load_course(shop.root)


def test_a_path_may_hold_a_colon(shop):
    rewrite(shop.root / "exercises/03_shop/lesson.toml", '"demo.shop:price"', '"deploy/a:b.py"')

    assert load_course(shop.root).find("03.1")[0].member is None


def test_the_sample_itself_cannot_be_imported_here():
    assert importlib.util.find_spec("demo") is None
