"""A right answer passes, in whatever shape it comes and whatever it does on the way."""

import importlib.util
import json
from collections.abc import Callable
from typing import Any

import pytest


from targets import APP, COUNT, DOUBLED, SUMMARY, TARGETS, TAX, code_cell, grade, isolates, notebook

pytestmark = pytest.mark.slow

FOUND = "{'total': sum(numbers), 'mean': sum(numbers) / len(numbers), 'sorted': sorted(numbers)}"


def summing(*lines: str, found: str = FOUND) -> str:
    """Return an answer that does something first, and then what was asked for."""
    return "\n    ".join(["def summary(numbers):", *lines, f"return {found}\n"])


ALONE = {
    "prints when it is loaded": "print('loaded')\n" + SUMMARY,
    "prints a lot, also what looks like a verdict": summing(
        "print('failed\\n' * 1000)", 'print(\'{"verdict": "failed"}\')'
    ),
    "prints on stderr": "import sys\n" + summing("print('seen', numbers, file=sys.stderr)"),
    "prints in a thread": "import threading\n"
    + summing("thread = threading.Thread(target=print, args=[1])", "thread.start()"),
    "prints bytes that are no text": "import os\n" + summing("os.write(1, bytes(range(256)))"),
    "warns": "import warnings\n" + summing("warnings.warn('odd', DeprecationWarning)"),
    "warns when it is loaded": "import warnings\nwarnings.warn('odd')\nPATH = '\\d'\n" + SUMMARY,
    "logs": "import logging\nlogging.basicConfig(level=0)\n"
    + summing("logging.error('%s', numbers)"),
    "has helpers, constants and a main part": """
from __future__ import annotations

import argparse, math, os.path
from dataclasses import dataclass
from typing import Any, Iterable

LIMIT: int = 10


@dataclass(frozen=True)
class Found:
    total: int
    mean: float


def _find(numbers: Iterable[int]) -> Found:
    return Found(sum(numbers), sum(numbers) / len(numbers))


def summary(numbers: Iterable[int]) -> dict[str, Any]:
    return {**vars(_find(numbers)), "sorted": sorted(numbers)}


if __name__ == "__main__":
    print(summary([1, 2]))
    raise SystemExit(1)
""",
    "sorts and adds by recursion": """
def add(numbers):
    return numbers[0] + add(numbers[1:]) if numbers else 0

def put_in_order(numbers):
    if len(numbers) < 2:
        return numbers
    first, *rest = numbers
    low, high = [n for n in rest if n < first], [n for n in rest if n >= first]
    return [*put_in_order(low), first, *put_in_order(high)]

def summary(numbers):
    total = add(numbers)
    return {"total": total, "mean": total / len(numbers), "sorted": put_in_order(numbers)}
""",
    "returns a subclass of dict": "from collections import OrderedDict, UserList\n"
    "class Summary(OrderedDict):\n    pass\n" + summing(found=f"Summary({FOUND})"),
    "returns numbers of numpy": "import numpy as np\n"
    + summing(
        found="{'total': np.sum(numbers), 'mean': np.mean(numbers), "
        "'sorted': list(np.sort(numbers))}"
    ),
    "turns a generator into a list": "def in_order(numbers):\n    yield from sorted(numbers)\n"
    + summing(found=f"{FOUND} | {{'sorted': list(in_order(numbers))}}"),
    "returns an object with items": """
class Summary:
    def __init__(self, numbers):
        self.numbers = numbers
    def __getitem__(self, name):
        return getattr(self, name)(self.numbers)
    total, sorted = staticmethod(sum), staticmethod(sorted)
    mean = staticmethod(lambda numbers: sum(numbers) / len(numbers))
summary = Summary
""",
    "is a lambda": f"summary = lambda numbers: {FOUND}\n",
    "is kept in a cache": "import functools\n"
    "@functools.lru_cache\ndef kept(numbers):\n    return " + FOUND + "\n"
    "def summary(numbers):\n    return kept(tuple(numbers))\n",
    "has names that are not English": summing("größe = len(numbers)  # Größe", "assert größe"),
    "changes the list that it is given": summing("numbers.sort()"),
    "uses a temporary file": "import json, tempfile\n"
    + summing(
        "with tempfile.TemporaryDirectory() as folder:",
        "    with open(f'{folder}/n.json', 'w') as file:",
        "        json.dump(numbers, file)",
        "    numbers = json.load(open(f'{folder}/n.json'))",
    ),
    "starts another program": "import subprocess, sys\n"
    + summing(
        "numbers = list(map(int, subprocess.check_output([sys.executable, '-c', "
        "'import sys; print(*sys.argv[1:])', *map(str, numbers)]).split()))"
    ),
    "copies files and their modes": "import os, shutil\n"
    + summing(
        "open('a', 'w').close()",
        "os.chmod('a', 0o600)",
        "shutil.copy('a', 'b')",
        "shutil.copytree('.', '../copy')",
        "os.utime('b', (1, 1))",
        "shutil.move('b', 'c')",
    ),
    "makes a repository of git": "import shutil, subprocess\n"
    + summing("if shutil.which('git'):", "    subprocess.run(['git', 'init', '.'], check=True)"),
    "works in several processes": "import multiprocessing\n"
    "def same(number):\n    return number\n"
    + summing(
        "lock = multiprocessing.get_context('fork').Lock()",
        "with lock, multiprocessing.get_context('fork').Pool(2) as pool:",
        "    numbers = pool.map(same, numbers)",
    ),
    "works in several threads": "from concurrent.futures import ThreadPoolExecutor\n"
    + summing("with ThreadPoolExecutor(3) as pool:", "    numbers = list(pool.map(int, numbers))"),
    "runs coroutines": "import asyncio\nasync def same(numbers):\n    return numbers\n"
    + summing("numbers = asyncio.run(same(numbers))"),
    "shares memory": "from multiprocessing.shared_memory import SharedMemory\n"
    + summing("memory = SharedMemory(create=True, size=8)", "memory.close()", "memory.unlink()"),
    "sets seeds and limits of its own": "import random, sys\nrandom.seed(1)\n"
    "sys.setrecursionlimit(5000)\n" + SUMMARY,
    "begins with a byte-order mark": "\ufeff" + SUMMARY,
    "ends lines as on Windows": SUMMARY.replace("\n", "\r\n"),
    "is indented by tabs": SUMMARY.replace("    ", "\t"),
    "names its encoding": "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n'''Sum up.'''\n"
    + SUMMARY,
    "has no line end": SUMMARY.rstrip("\n"),
}
MODULE = {
    "puts the columns in another order": TAX.replace(
        'table.assign(gross=table["net"] * (1 + rate))',
        'table.assign(gross=table["net"] * (1 + rate))[["gross", "net"]]',
    ),
    "adds a column on the way": TAX.replace(".assign(", ".assign(tax=0.0, "),
    "computes row by row": """
import pandas as pd

def with_tax(table, rate):
    rows = []
    for row in table.itertuples():
        rows.append({"net": row.net, "gross": row.net + row.net * rate})
    return pd.DataFrame(rows)
""",
    "computes in numpy": """
import numpy as np

def with_tax(table, rate):
    changed = table.copy()
    changed["gross"] = np.multiply(table["net"].to_numpy(), 1 + rate)
    return changed
""",
    "returns a subclass of the table": "import pandas as pd\nclass Taxed(pd.DataFrame):\n"
    "    _metadata = ['note']\n" + TAX.replace("return ", "return Taxed(").rstrip("\n") + ")\n",
    "imports another module of its package": "import desk_shop\nfrom desk_shop import *\n" + TAX,
    "warns on division": "import numpy as np\nnp.zeros(1) / np.zeros(1)\n" + TAX,
}
FUNCTION = {
    "rounds by decimals": "from decimal import Decimal\ndef to_cents(price):\n"
    "    return int((100 * Decimal(str(price))).to_integral_value())\n",
    "has a decorator": "import functools\ndef noted(function):\n    @functools.wraps(function)\n"
    "    def call(*all, **more):\n        return function(*all, **more)\n    return call\n\n"
    "@noted\ndef to_cents(price, digits=2):\n    return int(round(price * 10**digits))\n",
    "is the module around, whole": TARGETS["function"].package["rounding.py"],
}
SHELL = {
    "tells on stderr what it does": "import sys\nprint('adding', file=sys.stderr)\n" + COUNT,
    "takes arguments": "import argparse, sys\nargparse.ArgumentParser().parse_args()\n"
    "total = 0\nfor line in sys.stdin:\n    total += int(line)\nsys.stdout.write(f'{total}\\n')\n"
    "sys.exit(0)\n",
    "ends lines as on Windows": "\ufeff" + COUNT.replace("\n", "\r\n"),
}
SERVE = {
    "is a class": """
class App:
    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        yield str(2 * int(environ["PATH_INFO"][1:])).encode()

create_app = App
""",
    "logs each request, and answers in pieces": APP.replace(
        "        number", "        print('asked', environ['PATH_INFO'], flush=True)\n        number"
    ).replace("[str(2 * number).encode()]", "[sign.encode() for sign in str(2 * number)]"),
}
if importlib.util.find_spec("flask"):
    SERVE["is made of Flask"] = """
from flask import Flask

def create_app():
    app = Flask(__name__)
    app.get("/<int:number>")(lambda number: str(2 * number))
    return app
"""
if importlib.util.find_spec("sklearn"):
    SHELL["lets scikit-learn use two processes"] = """
import numpy as np
from joblib import parallel_config
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_score

x = np.arange(20.0).reshape(-1, 1)
with parallel_config("multiprocessing"):
    scores = cross_val_score(LinearRegression(), x, x[:, 0], cv=2, n_jobs=2)
""" + COUNT
TESTS = {
    "has a fixture": """
import pytest
from desk_shop.clipping import clip

@pytest.fixture(scope="module", params=[0, 3])
def lower(request):
    yield request.param

def test_below(lower):
    assert clip(lower - 1, lower, 10) == lower
""",
    "has parameters and marks": """
import pytest
from desk_shop import clipping

CASES = {"low": (-1, 0), "inside": (5, 5), "high": (11, 10)}

@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("value", "clipped"), CASES.values(), ids=CASES)
def test_clip(value, clipped):
    assert clipping.clip(value, 0, 10) == clipped
""",
    "has classes": """
from desk_shop.clipping import clip

class TestClip:
    limits = 0, 10

    def setup_method(self):
        self.value = -1

    def test_low(self):
        assert clip(self.value, *self.limits) == 0
""",
    "is written for unittest": """
import unittest
import desk_shop.clipping as clipping

class ClipTest(unittest.TestCase):
    def setUp(self):
        self.clip = clipping.clip

    def test_clip(self):
        for value, clipped in ((-1, 0), (11, 10)):
            with self.subTest(value=value):
                self.assertEqual(self.clip(value, 0, 10), clipped)
        self.assertGreaterEqual(self.clip(-5, 0, 10), 0)

if __name__ == "__main__":
    unittest.main()
""",
    "prints, warns and logs": """
import logging, warnings
from desk_shop.clipping import clip

def check(value, expected):
    print(value, clip(value, 0, 10))
    warnings.warn("loud")
    logging.warning("loud")
    assert clip(value, 0, 10) == expected, f"{value} gives {clip(value, 0, 10)}"

def test_low(capsys, caplog):
    check(-1, 0)

def test_high():
    check(11, 10)
""",
    "draws values by lot": """
import random
from desk_shop.clipping import clip

def test_any_number_ends_up_within_limits():
    for _ in range(200):
        value = random.uniform(-100, 100)
        assert 0 <= clip(value, 0, 10) <= 10
        assert clip(value, 0, 10) == value or not 0 < value < 10
""",
    "skips one, expects one to fail, and uses files": """
import pytest
from desk_shop.clipping import clip

@pytest.mark.skip(reason="later")
def test_later():
    assert False

@pytest.mark.xfail(reason="text is no number", raises=TypeError)
def test_text():
    clip("a", 0, 10)

def test_low(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "value").write_text("-1")
    assert clip(int(open("value").read()), 0, 10) == 0
    with pytest.raises(TypeError):
        clip(None, 0, 10)
""",
}


def edited(edit: Callable[[list[Any]], Any], answer: str = DOUBLED, **metadata: Any) -> str:
    """Return the learner's notebook, its cells changed by `edit`."""
    book = notebook(answer, **metadata)
    book["cells"] = [cell for cell in book["cells"] if cell["id"] != "secret"]
    edit(book["cells"])
    return json.dumps(book)


def clear(cells: list[Any]) -> None:
    """Clear what cells have shown, as JupyterLab does."""
    for cell in cells:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)


def name_anew(cells: list[Any]) -> None:
    """Give all cells but the answer's new ids, as other tools do."""
    for number, cell in enumerate(cells):
        cell["id"] = cell["id"] if cell["id"] == "answer" else f"new-{number}"


OTHER_KERNEL = {"kernelspec": {"name": "my-env", "display_name": "Mine", "language": "python"}}
NOTEBOOK = {
    "has its outputs cleared": edited(clear),
    "names another kernel": edited(len, **OTHER_KERNEL, language_info={"name": "python"}),
    "has its cells in another order": edited(list.reverse),
    "has a cell copied": edited(lambda cells: cells.insert(1, {**cells[3], "id": "copy"})),
    "has the answer pasted anew": edited(lambda cells: cells[2].update(id="pasted")),
    "has cells deleted": edited(lambda cells: cells.__delitem__(slice(3, None))),
    "has more cells, one of which fails": edited(
        lambda cells: cells.extend(
            [code_cell("own", "1 / 0"), code_cell("other", "import nothing")]
        )
    ),
    "has its text edited": edited(
        lambda cells: cells[0].update(source=["# My notes\n", "\n", "![](x.png)"], attachments={})
    ),
    "has all cells named anew": edited(name_anew),
    "has edited checks": edited(lambda cells: cells[4].update(source="double(0)", outputs=[])),
    "prints and warns on the way": "import logging, sys, warnings\n"
    "def double(x):\n    print('doubling', x, file=sys.stderr)\n    warnings.warn('loud')\n"
    "    logging.error('loud')\n    return x + x\nprint(double(2))\nprint('done')\n",
    "asks the shell": "!echo hello\nfiles = !ls\n" + DOUBLED,
    "measures time": f"%timeit -n 1 -r 1 sum(range(10))\n%time sum([1])\n{DOUBLED}",
    "measures the time of the cell": f"%%time\n{DOUBLED}double(2)\n",
    "displays things": "from IPython.display import HTML, Markdown\n"
    f"{DOUBLED}display(HTML('<b>2</b>'), Markdown('*2*'), [double(1)])\ndouble(3)\n",
    "runs a program and a thread": "import subprocess, sys, threading\n"
    "subprocess.run([sys.executable, '-c', 'print(1)'], check=True)\n"
    f"{DOUBLED}thread = threading.Thread(target=print, args=['x'])\n"
    "thread.start()\nthread.join()\n",
    "awaits": f"import asyncio\nawait asyncio.sleep(0)\n{DOUBLED}",
    "prints in the function that is asked": "def double(x):\n    print('debugging')\n"
    "    return 2 * x\n",
}
VARIANTS = {
    "alone": ALONE,
    "module": MODULE,
    "function": FUNCTION,
    "shell": SHELL,
    "serve": SERVE,
    "notebook": NOTEBOOK,
    "tests": TESTS,
}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param(kind, name, id=f"{kind} {name}")
        for kind, answers in VARIANTS.items()
        for name in answers
    ],
)
def test_a_right_answer_passes_that(guarded, kind, name):
    if name == "asks the shell" and not isolates(guarded.grader):
        pytest.skip("only in namespaces there are terminals")
    verdict = grade(guarded, kind, VARIANTS[kind][name], time_limit_s=60)

    assert (verdict.verdict, verdict.message) == ("passed", "Twice is twice.")


def test_there_are_variants_of_each_kind():
    assert VARIANTS.keys() == TARGETS.keys()
    assert sum(map(len, VARIANTS.values())) >= 28
