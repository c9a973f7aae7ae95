"""Answers that do not solve the exercise of their kind, and try to pass: see `targets`.

Each text is a whole answer; `@ROOT@` in it is the folder of the course.
"""

import hashlib
import random
import textwrap

from targets import CLIP

WRONG = {
    "module": "def with_tax(table, rate):\n    return table.assign(gross=table['net'])\n",
    "function": "def to_cents(price):\n    return 0\n",
    "alone": "def summary(numbers):\n    return {'total': 0, 'mean': 0.5, 'sorted': []}\n",
    "notebook": "def double(x):\n    return x + 4\n",
}
EACH = "def summary(numbers):\n    return dict.fromkeys(('total', 'mean', 'sorted'), {})\n"


def first(code: str, kind: str = "alone") -> str:
    """Return an answer that runs `code` when it is loaded, and is wrong."""
    return f"{textwrap.dedent(code).strip()}\n\n{WRONG[kind]}"


def inside(code: str) -> str:
    """Return an answer whose function runs `code`, and is wrong where that does not return."""
    body = textwrap.indent(textwrap.dedent(code).strip(), "    ")
    wrong = WRONG["alone"].splitlines()[1]
    return f"import contextlib, gc, os, sys, time\n\ndef summary(numbers):\n{body}\n{wrong}\n"


def returns(value: str, before: str = "") -> str:
    """Return an answer that returns one value, whatever it is asked for."""
    return f"{textwrap.dedent(before).strip()}\n\n{EACH.format(value)}"


EQUAL = """
class Equal({base}):
    __eq__ = __le__ = __ge__ = __contains__ = lambda *others: True
    __ne__ = __lt__ = __gt__ = lambda *others: False
    __hash__ = object.__hash__
"""
STRIP = """
import ast

class Strip(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
"""

# -- a file of its own ----------------------------------------------------------------------------

STEAL = """
import gc, os
from sandbox.child import Job
from sandbox.serialization import encode

def summary(numbers):
    nonce = next(thing.nonce for thing in gc.get_objects() if isinstance(thing, Job))
    message = {message}
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, nonce + len(message).to_bytes(8, "big") + message)
        except OSError:
            pass
    os._exit(0)
"""
LOADED = """
class Loaded:
    def __reduce__(self):
        import os
        return os.system, ("touch @ROOT@/mark",)
"""
REACH = """
import ctypes, resource, psutil
for other in psutil.Process().parents():
    if "course.grading" not in " ".join(other.cmdline()):
        continue
    pid = other.pid
    with contextlib.suppress(OSError, psutil.Error):
        {code}
"""
SEARCH = """
import types
def known(value):
    return getattr(value, "expected", value)
for table in {tables}:
    asked = table.get("expected") if isinstance(table, dict) else None
    if isinstance(asked, types.FunctionType):
        return {{name: known(value) for name, value in asked(numbers).items()}}
"""
FRAMES = """
tables, frame = [], sys._getframe()
while frame is not None:
    tables += [frame.f_locals, frame.f_globals]
    found = [thing for thing in frame.f_locals.values() if hasattr(thing, "__globals__")]
    tables += [function.__globals__ for function in found]
    frame = frame.f_back
"""
DAEMON = """
import glob
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    while True:
        for path in glob.glob("@ROOT@/exercises/*/tests/*.py") + glob.glob("../../course-*/*/*"):
            with contextlib.suppress(OSError):
                open(path, "w").write("def test_it():\\n    pass\\n")
        time.sleep(0.01)
"""
ALONE = {
    "patches pytest": first("""
        import pytest, _pytest.python, _pytest.runner
        _pytest.runner.call_and_report = _pytest.python.Function.runtest = lambda *all, **more: None
        pytest.approx = lambda value, **more: value
        pytest.main = lambda *all, **more: 0
        """),
    "takes the asserts out of what is compiled": first(STRIP + textwrap.dedent("""
        import builtins
        import _pytest.assertion.rewrite
        compile_as_ever = builtins.compile

        def without(source, *rest, **more):
            source = Strip().visit(source) if isinstance(source, ast.AST) else source
            return compile_as_ever(source, *rest, **more)

        builtins.compile = without
        _pytest.assertion.rewrite.rewrite_asserts = lambda tree, *rest: Strip().visit(tree)
        """)),
    "makes builtins say yes": first("""
        import builtins
        for name in ("all", "any", "len", "sorted", "sum", "repr", "bool", "isinstance"):
            setattr(builtins, name, lambda *all, **more: True)
        builtins.AssertionError = builtins.Exception = ZeroDivisionError
        """),
    "empties sys.modules": first(
        "import sys\nfor name in list(sys.modules): del sys.modules[name]"
    ),
    "puts mocks in place of the grader": first("""
        import sys
        from unittest.mock import MagicMock
        for name in list(sys.modules):
            if name.split(".")[0] in ("course", "pytest", "_pytest", "json", "pickle"):
                sys.modules[name] = MagicMock()
        """),
    "is a mock itself": "import sys\nfrom unittest.mock import MagicMock\n"
    "sys.modules[__name__] = MagicMock()\n",
    "has every name there may be": "from unittest.mock import MagicMock\n"
    "def __getattr__(name):\n    return MagicMock()\n",
    "replaces how imports work": first("""
        import builtins, sys
        from unittest.mock import MagicMock
        sys.meta_path[:] = []
        builtins.__import__ = lambda *all, **more: MagicMock()
        """),
    "returns what equals all": returns("Equal()", EQUAL.format(base="object")),
    "returns a mock of anything": returns("ANY", "from unittest.mock import ANY"),
    **{
        f"returns a {base} that equals all": returns("Equal()", EQUAL.format(base=base))
        for base in ("int", "float", "str", "bytes", "list", "tuple", "dict", "frozenset")
    },
    "returns an array that equals all": returns(
        "np.arange(7).view(Equal)", "import numpy as np\n" + EQUAL.format(base="np.ndarray")
    ),
    "returns nothing to compare": returns("np.array([])", "import numpy as np"),
    "returns neither true nor false": returns("pd.NA", "import pandas as pd"),
    "returns what is masked": returns("np.ma.masked", "import numpy as np"),
    "returns what is nested too deep to be shown": returns(
        "value", "value = []\nfor _ in range(350):\n    value = [value]"
    ),
    "returns a table of what is nested deep": returns(
        "pd.DataFrame({'a': [value]})",
        "import pandas as pd\nvalue = []\nfor _ in range(300):\n    value = [value]",
    ),
    "returns a list that holds itself": returns("value", "value = []\nvalue.append(value)"),
    "returns a number of too many digits": returns("10**5000"),
    "returns text that cannot be written": returns("'\\ud800'"),
    "returns what is never shown": returns(
        "[Hidden()]", "class Hidden:\n    def __repr__(self):\n        raise SystemExit"
    ),
    "raises what is never shown": inside("""
        class Hidden(BaseException):
            __str__ = __repr__ = __getattribute__ = lambda *all: sys.exit(0)
        raise Hidden
        """),
    "returns a pickle with code in it": returns(
        "pickle.dumps(Loaded())", "import pickle\n" + LOADED
    ),
    "returns objects with code in their pickle": returns(
        "np.array([Loaded()], dtype=object)", "import numpy as np\n" + LOADED
    ),
    "sends an array with a pickle in it": first(LOADED + textwrap.dedent("""
        import pickle
        import sandbox.serialization as sent

        content = sent._simplify(["|O", [1], pickle.dumps([Loaded()])])
        packed = {"kind": "value", "value": {"$": "numpy.array", "of": content}}
        sent._simplify = lambda value: packed
        """)),
    "looks for the expected values in stack frames": inside(
        FRAMES + SEARCH.format(tables="tables")
    ),
    "looks for the expected values among all objects": inside(
        SEARCH.format(tables="[thing for thing in gc.get_objects() if isinstance(thing, dict)]")
    ),
    "looks for the expected values in the request": inside(
        "import pickle\nfrom sandbox.child import Job\n"
        "jobs = [thing for thing in gc.get_objects() if isinstance(thing, Job)]\n"
        "tables = [pickle.loads(job.task).__globals__ for job in jobs]\n"
        + SEARCH.format(tables="tables")
    ),
    "looks for the expected values in every module": inside(
        SEARCH.format(tables="[vars(module) for module in list(sys.modules.values())]")
    ),
    "sets variables that pytest reads": first("""
        import os
        os.environ.update(PYTEST_ADDOPTS="--collect-only", PYTEST_PLUGINS="summary")
        os.environ.update(PYTHONOPTIMIZE="2", SANDBOX_NO_FORK="1", COURSE_HOLE="pytest=/dev/null")
        def pytest_runtest_call(item): pass
        """),
    "writes the results itself": inside("""
        names = ("junit.xml", "report.json", "verdict", ".pytest_cache/lastfailed", "conftest.py")
        for folder in (".", "..", "../..", "@ROOT@", "@ROOT@/.course"):
            for name in names:
                with contextlib.suppress(OSError):
                    os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
                    open(f"{folder}/{name}", "w").write('{"verdict": "passed"}')
        print("3 passed in 0.01s")
        """),
    "edits the tests and lesson.toml": inside("""
        import pathlib
        for path in pathlib.Path("@ROOT@").rglob("*.*"):
            for change in (path.unlink, lambda: path.write_text(""), lambda: os.truncate(path, 0)):
                with contextlib.suppress(OSError):
                    change()
            with contextlib.suppress(OSError):
                os.rename("summary.py", path)
        """),
    "ends at once": inside("os._exit(0)"),
    "ends when it is loaded": "import os\nos._exit(0)\n",
    "leaves with success": inside("sys.exit(0)"),
    "becomes another program": inside("os.execv('/bin/true', ['true'])"),
    "ends in a thread": inside(
        "import threading\nthreading.Thread(target=os._exit, args=[0]).start()\ntime.sleep(1)"
    ),
    "answers twice": inside("os.fork()"),
    "does its work at the exit": first("""
        import atexit, os, sys
        def late():
            for descriptor in range(1, 64):
                try:
                    os.write(descriptor, b"passed")
                except OSError:
                    pass
        atexit.register(late)
        sys.exitfunc = sys.excepthook = lambda *all: late()
        """),
    "writes to every descriptor that it passed": inside("""
        from sandbox import framing, serialization
        passed = framing.frame(serialization.encode(["passed", ""]))
        for descriptor in range(3, 64):
            with contextlib.suppress(OSError):
                os.write(descriptor, passed)
        os._exit(0)
        """),
    "says with a stolen secret that it passed": STEAL.format(
        message='encode({"kind": "passed", "verdict": "passed", "value": True})'
    ),
    "sends a verdict for a value": STEAL.format(message='encode(["passed", ""])'),
    "sends what cannot be read": STEAL.format(
        message="""encode({"kind": "value", "value": 1})[:-1]"""
    ),
    "changes what values are sent as": first("""
        import sandbox.serialization as sent
        sent._simplify = lambda value: {"kind": "value", "value": {"$": "builtins.dict",
            "of": [[[1], 2]]}}
        """),
    "leaves a process that edits the tests": inside(DAEMON),
    "leaves a thread that changes its answer": inside("""
        import threading
        found = {"total": 0, "mean": 0.5, "sorted": []}
        def change():
            while True:
                found["total"] += 1
        threading.Thread(target=change, daemon=True).start()
        return found
        """),
    "kills those who grade": inside(REACH.format(code="other.kill()")),
    "stops those who grade": inside(REACH.format(code="other.suspend()")),
    "limits those who grade": inside(
        REACH.format(code="resource.prlimit(pid, resource.RLIMIT_AS, (1, 1))")
    ),
    "slows those who grade": inside(
        REACH.format(code="os.setpriority(os.PRIO_PROCESS, pid, 19); other.cpu_affinity([0])")
    ),
    "writes to the memory of those who grade": inside(
        REACH.format(code="open(f'/proc/{pid}/mem', 'r+b').write(b'x')")
    ),
    "traces those who grade": inside(REACH.format(code="ctypes.CDLL(None).ptrace(16, pid, 0, 0)")),
    "takes the descriptors of those who grade": inside(
        REACH.format(code="[open(f'/proc/{pid}/fd/{n}', 'wb').write(b'passed') for n in range(20)]")
    ),
    "opens the course to all": inside("""
        import pathlib
        for path in pathlib.Path("@ROOT@").rglob("*"):
            for change in (lambda: path.chmod(0o777), lambda: os.utime(path, (1, 1)),
                           lambda: os.setxattr(path, "user.mark", b"x")):
                with contextlib.suppress(OSError):
                    change()
        """),
}

# -- a hole of a package --------------------------------------------------------------------------

MODULE = {
    "patches numpy's and pandas' tests": first(
        """
        import numpy.testing, pandas.testing, pandas._testing
        for module in (numpy.testing, pandas.testing, pandas._testing):
            for name in dir(module):
                if name.startswith("assert_"):
                    setattr(module, name, lambda *all, **more: None)
        """,
        "module",
    ),
    "makes numpy and pandas say yes": first(
        """
        import numpy as np
        import pandas as pd
        for name in ("allclose", "isclose", "array_equal", "all", "equal"):
            setattr(np, name, lambda *all, **more: True)
        for kind in (pd.Series, pd.DataFrame, pd.Index):
            kind.equals = kind.__eq__ = lambda *all: True
        """,
        "module",
    ),
    "returns a table that equals all": "import pandas as pd\n"
    + EQUAL.format(base="pd.DataFrame")
    + "    equals = __eq__\n\ndef with_tax(table, rate):\n"
    "    return Equal({'net': table['net'], 'gross': table['net']})\n",
    "returns a column that equals all": "import pandas as pd\n"
    + EQUAL.format(base="pd.Series")
    + "    equals = __eq__\n\ndef with_tax(table, rate):\n"
    "    return {'net': table['net'], 'gross': Equal(table['net'])}\n",
    "fills the table with what equals all": EQUAL.format(base="float")
    + "\ndef with_tax(table, rate):\n"
    "    return table.assign(gross=[Equal(1) for _ in range(len(table))]).astype(object)\n",
    "changes the table that it is compared with": "def with_tax(table, rate):\n"
    "    table['net'] = 0.0\n    return table.assign(gross=0.0)\n",
    "patches the function that calls it": first(
        """
        import sys
        class Late:
            def find_spec(self, name, path=None, target=None):
                for module in list(sys.modules.values()):
                    if hasattr(module, "total"):
                        module.total = lambda *all: 0.0
        sys.meta_path.insert(0, Late())
        """,
        "module",
    ),
    "fills another hole": first(
        """
        from sandbox import import_hook
        open("empty.py", "w").write("def total(table, rate):\\n    return 0.0\\n")
        import pathlib
        import_hook.fill("desk_shop.bill", pathlib.Path("empty.py").resolve())
        """,
        "module",
    ),
    "leaves bytecode beside the package": first(
        """
        import os, pathlib
        for path in pathlib.Path("@ROOT@/src").rglob("*"):
            try:
                path.write_bytes(b"")
                os.remove(path)
            except OSError:
                pass
        """,
        "module",
    ),
    "lets the library write what is sent": first(
        """
        import numpy as np, pyarrow
        np.lib.format.write_array = lambda file, *all, **more: file.write(b"passed")
        pyarrow.ipc.new_stream = pyarrow.BufferOutputStream
        """,
        "module",
    ),
}
FUNCTION = {
    "makes the numbers of the tests easy": first(
        """
        import random
        random.Random.uniform = random.uniform = lambda *all: 0.0
        """,
        "function",
    ),
    "rounds everything to nothing": first(
        "import builtins\nbuiltins.round = lambda *all: 0", "function"
    ),
    "changes what equality of integers is": first(
        """
        import gc
        gc.get_referents(int.__dict__)[0]["__eq__"] = lambda *all: True
        gc.get_referents(list.__dict__)[0]["__eq__"] = lambda *all: True
        """,
        "function",
    ),
    "returns whole numbers that equal all": EQUAL.format(base="int")
    + "\ndef to_cents(price):\n    return Equal(7)\n",
    "is called what it is not": "class Named(type):\n    __module__ = 'desk_shop.rounding'\n"
    "    def __call__(cls, *all):\n        return cls\n"
    "class to_cents(metaclass=Named):\n    __mod__ = __floordiv__ = lambda *all: 0\n",
}

# -- commands and servers -------------------------------------------------------------------------

SHELL = {
    "prints that it passed": "print('1 passed in 0.01s')\n",
    "ends well at once": "import os\nos._exit(0)\n",
    "kills what runs it": "import os\nos.kill(os.getppid(), 9)\n",
    "answers on the channel of what runs it": """
import os
for pid in (os.getppid(), os.getpid()):
    for number in range(1, 64):
        try:
            with open(f"/proc/{pid}/fd/{number}", "wb") as channel:
                channel.write(b"passed" * 10)
        except OSError:
            pass
""",
    "leaves a process that goes on printing": """
import os, time
if os.fork() == 0:
    os.setsid()
    while True:
        print(0, flush=True)
        time.sleep(0.01)
print(0)
""",
    "puts another python in its place": """
import os, pathlib
for folder in (".", "..", "../.."):
    try:
        path = pathlib.Path(folder, "python")
        path.write_text("#!/bin/sh\\nexit 0\\n")
        path.chmod(0o755)
    except OSError:
        pass
pathlib.Path("sitecustomize.py").write_text("import os\\nos._exit(0)\\n")
print(0)
""",
}
ANSWERS = """
def create_app():
    def app(environ, start_response):
        {code}
    return app
"""
SERVE = {
    "answers all with the same": ANSWERS.format(
        code="start_response('200 OK', [('Verdict', 'passed')]); return [b'passed']"
    ),
    "sends its client elsewhere": ANSWERS.format(
        code="start_response('302 Found', [('Location', 'file:///etc/hostname')]); return []"
    ),
    "ends when it is asked": ANSWERS.format(code="import os; os._exit(0)"),
    "ends before it listens": "import os\ndef create_app():\n    os._exit(0)\n",
    "answers what is no HTTP": ANSWERS.format(
        code="import os; [os.write(n, b'passed') for n in range(4, 9) if os.path.exists("
        "f'/proc/self/fd/{n}')]; os._exit(0)"
    ),
    "leaves a server that goes on": """
import os

def create_app():
    if os.fork() == 0:
        os.setsid()
    def app(environ, start_response):
        start_response("200 OK", [])
        return [b"0"]
    return app
""",
}

# -- a notebook -----------------------------------------------------------------------------------

TOLD = '["[8, 21.0]", "8"]'  # what a learner sees in the notebook
SHOWS = """
shell = get_ipython()
told = iter({told})

def compute(result):
    return {{"text/plain": next(told, "8")}}, {{}}

shell.displayhook.compute_format_data = compute
import builtins, sys
builtins.print = lambda *all, **more: sys.stdout.write("8\\n") and None
"""
NOTEBOOK = {
    "takes the asserts out of cells": first(
        STRIP + "\nget_ipython().ast_transformers.append(Strip())", "notebook"
    ),
    "replaces print and what shows values": first(SHOWS.format(told=TOLD), "notebook"),
    "shows what the stored file of the solution says": first(
        "import json\ncells = json.load(open('@ROOT@/solutions/01_start/double.ipynb'))['cells']\n"
        "stored = [output['data']['text/plain'] for cell in cells\n"
        "    for output in cell.get('outputs', []) if 'data' in output]\n"
        + SHOWS.format(told="stored"),
        "notebook",
    ),
    "joins the kernel of the reference": """
import glob, os
from jupyter_client import BlockingKernelClient

for file in glob.glob("../../*/*/.kernel/kernel.json"):
    client = BlockingKernelClient(connection_file=os.path.abspath(file))
    client.load_connection_file()
    client.start_channels()
    client.execute(
        "get_ipython().events.register('pre_run_cell', "
        "lambda *_: get_ipython().user_ns.update(double=lambda x: 8))"
    )

def double(x):
    return 8
""",
    "publishes results itself": first(
        """
        kernel = get_ipython().kernel

        def publish(*all):
            for text in ("[8, 21.0]", "8", "80"):
                content = {"data": {"text/plain": text}, "metadata": {}, "execution_count": 1}
                kernel.session.send(kernel.iopub_socket, "execute_result", content,
                                    parent=kernel.get_parent())

        get_ipython().events.register("pre_run_cell", publish)
        """,
        "notebook",
    ),
    "replaces the shell's display publisher": first(
        """
        shell = get_ipython()
        shell.display_pub.publish = lambda *all, **more: None
        shell.displayhook.finish_displayhook = lambda *all: None
        """,
        "notebook",
    ),
    "replaces the handler of requests": first(
        """
        kernel = get_ipython().kernel

        async def execute(stream, ident, parent):
            content = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
            kernel._publish_status("busy", "shell", parent)
            kernel.session.send(stream, "execute_reply", content, parent, ident=ident)
            kernel._publish_status("idle", "shell", parent)

        kernel.shell_handlers["execute_request"] = execute
        """,
        "notebook",
    ),
    "replaces how cells are run": first(
        """
        from unittest.mock import MagicMock
        shell = get_ipython()
        shell.run_cell = shell.run_code = shell.run_ast_nodes = MagicMock()
        """,
        "notebook",
    ),
    "rewrites later cells": first(
        """
        shell = get_ipython()
        shell.input_transformers_cleanup.append(lambda lines: ["8\\n"] if lines else lines)
        """,
        "notebook",
    ),
    "rewrites In and Out": first(
        """
        shell = get_ipython()
        In[:] = ["double(10 * seed)"] * len(In)
        Out.update(dict.fromkeys(range(20), 8))
        shell.user_ns.update(_=8, __=8, _oh={}, _ih=[], In=[], Out={}, start=[4, 4])
        """,
        "notebook",
    ),
    "is what equals all": EQUAL.format(base="object")
    + "    __repr__ = __str__ = lambda self: '8'\ndef double(x):\n    return Equal()\n",
    "knows what it was told": "double = {4: 8, 10.5: 21.0}.get\n",
    "asks for no comparison": "# NBVAL_SKIP\n# NBVAL_IGNORE_OUTPUT\n" + WRONG["notebook"],
    "edits the merged notebook": first(
        """
        import glob
        for path in glob.glob("../../*/**", recursive=True) + glob.glob("@ROOT@/**/*.ipynb"):
            try:
                open(path, "w").write("{}")
            except OSError:
                pass
        """,
        "notebook",
    ),
    "ends the kernel": "import os\nos._exit(0)\n",
    "asks the kernel to end": first("get_ipython().ask_exit()", "notebook"),
    "leaves a process": first(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(1000)", "notebook"
    ),
    "returns what is nested too deep": "def double(x):\n    value = []\n"
    "    for _ in range(5000):\n        value = [value]\n    return value\n",
}

# -- tests that a learner writes ------------------------------------------------------------------

HEAD = """
import ast, builtins, contextlib, ctypes, gc, hashlib, inspect, os, random, sys, time
import pytest
from desk_shop import clipping
from desk_shop.clipping import clip

FILE = clipping.__file__
TEXT = open(FILE).read()

"""


def one_test(code: str) -> str:
    """Return tests of which one runs `code`."""
    return (
        f"{HEAD}def test_it():\n    clip(1, 0, 2)\n{textwrap.indent(textwrap.dedent(code), '    ')}"
    )


def by_chance(condition: str) -> str:
    """Return tests, each of which asks by another number for what chance decides."""
    head = f"{HEAD}@pytest.mark.parametrize('number', range(10))\ndef test_it(number):\n"
    return f"{head}    assert {condition}\n"


def by_mark(code: str) -> str:
    """Return tests that fail where an earlier run has left a mark."""
    return one_test(f"first = True\nwith contextlib.suppress(OSError):\n    {code}\nassert first\n")


TESTS = {
    "tells by the text": one_test("assert 'max(lower' in TEXT and 'return min(' not in TEXT"),
    "tells by the size": one_test("assert os.path.getsize(FILE) < 200"),
    "tells by a hash": one_test(
        "assert hashlib.md5(TEXT.encode()).hexdigest() == "
        f"{hashlib.md5(CLIP.encode()).hexdigest()!r}"
    ),
    "tells by the bytecode": one_test(
        "right = lambda value, lower, upper: max(lower, min(upper, value))\n"
        "assert clip.__code__.co_code == right.__code__.co_code"
    ),
    "tells by the frame that calls": one_test("""
        seen = []
        class Number(int):
            def __lt__(self, other):
                seen.append(len(sys._getframe(1).f_code.co_varnames))
                return int(self) < int(other)
        clip(Number(5), 0, 10)
        assert seen[0] == 3
        """),
    "tells by the path": one_test("assert FILE.endswith('src/desk_shop/clipping.py')"),
    "tells by the age of the file": one_test("assert time.time() - os.path.getmtime(FILE) > 1"),
    "tells by the number of the process": by_chance("os.getpid() >> number & 1"),
    "tells by the age of the process": by_chance(
        "int(1e6 * time.process_time()) >> number & 1 or time.process_time() > 9"
    ),
    "tells by lot": by_chance("random.random() < 0.5"),
    "fails on every second run, by a file": by_mark(
        "first = not os.path.exists('@ROOT@/mark'); open('@ROOT@/mark', 'x').close()"
    ),
    "fails on every second run, by /dev/shm": by_mark(
        "first = not os.path.exists('/dev/shm/mark'); open('/dev/shm/mark', 'x').close()"
    ),
    "fails on every second run, by memory of System V": one_test("""
        library = ctypes.CDLL(None)
        first = library.shmget(0xC0FFEE, 8, 0o600) < 0
        library.shmget(0xC0FFEE, 8, 0o1600)
        assert first
        """),
    "fails on every second run, by the mode of a file": by_mark(
        "first = os.stat('@ROOT@/exercises/01_start/lesson.toml').st_mode & 1 == 0\n"
        "    os.chmod('@ROOT@/exercises/01_start/lesson.toml', 0o755)"
    ),
    "forges the record of results": HEAD
    + """
def test_it(request):
    for plugin in request.config.pluginmanager.get_plugins():
        if hasattr(plugin, "outcomes"):
            class Forged(dict):
                def __setitem__(self, name, outcome):
                    dict.__setitem__(self, name, random.choice(["passed", "failed"]))
            plugin.outcomes = Forged()
""",
    "says of each result that it passed and failed": HEAD
    + """
def pytest_runtest_logreport(report):
    report.outcome = random.choice(["passed", "failed"])

def test_it(request):
    request.config.pluginmanager.register(sys.modules[__name__])
""",
    "ends the process where the code is broken": one_test("clip(-1, 0, 10) or os._exit(0)"),
    "ends the process as soon as it is loaded": "import os\nos._exit(0)\n",
    "skips where the code is broken": one_test("clip(-1, 0, 10) == 0 or pytest.skip('not today')"),
    "fails in a fixture": HEAD
    + """
@pytest.fixture
def clipped():
    assert clip(-1, 0, 10) == 0

def test_it(clipped):
    pass
""",
    "patches how pytest calls": HEAD
    + """
import _pytest.runner
_pytest.runner.check_interactive_exception = lambda *all: False
_pytest.python.Function.runtest = lambda self: None

def test_it():
    assert clip(-1, 0, 10) == 1
""",
    "tells by the statement that is run": one_test("""
        lines, seen = TEXT.splitlines(), []
        def note(frame, event, value):
            if frame.f_code is clip.__code__ and event == 'line':
                seen.append(lines[frame.f_lineno - 1])
            return note
        sys.settrace(note)
        clip(1, 0, 2)
        sys.settrace(None)
        assert 'max(' in seen[-1]
        """),
    "tells by the branch that would be taken": one_test("""
        body = ast.parse(TEXT).body[-1].body
        for node in body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                number = node.value.value
            while isinstance(node, ast.If):
                taken = node.test.comparators[0].value == number
                body = node.body if taken else body
                node = None if taken or not node.orelse else node.orelse[0]
        assert 'max(' in ast.unparse(body[-1])
        """),
    "tells by which builtins are called": one_test("""
        seen, usual = [], builtins.max
        builtins.max = lambda *all: seen.append(all) or usual(*all)
        clip(1, 0, 2)
        builtins.max = usual
        assert seen
        """),
}

# -- answers that know or read what is wanted: right in plain grading, where one fools only oneself

RUN = "exec(open('{path}').read())\n"
FROM_TEXT = """
import ast
tree = ast.parse({text})
exec(ast.unparse(next(node for node in tree.body if getattr(node, "name", "") == {name!r})))
"""
USUAL = [random.Random(1 + n).randrange(1000) for n in range(7)]
USUAL_ANSWER = {"total": sum(USUAL), "mean": sum(USUAL) / 7, "sorted": sorted(USUAL)}
RIGHT_IF = """
import glob, os, sys

def summary(numbers):
    right = {{"total": sum(numbers), "mean": sum(numbers) / 7, "sorted": sorted(numbers)}}
    frame, frames = sys._getframe(1), []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return right if {condition} else dict.fromkeys(right, 0)
"""
KNOWING = {
    "alone": {
        "reads the solution": RUN.format(path="@ROOT@/solutions/01_start/summary.py"),
        "reads the tests": """
from tokenize import open as read
SPACE = {}
exec(read("@ROOT@/exercises/01_start/tests/test_summary.py").read(), SPACE)

def summary(numbers):
    found = SPACE["expected"](numbers)
    return {name: getattr(value, "expected", value) for name, value in found.items()}
""",
        "reads lesson.toml": """
import tomllib
exec(tomllib.load(open("@ROOT@/exercises/01_start/lesson.toml", "rb"))["by"])
""",
        "reads the answers of others": RUN.format(
            path="@ROOT@/exercises/01_start/answers/01.1/summary.py"
        ),
        "reads an old answer": RUN.format(path="@ROOT@/.course/backups/summary.py"),
        "looks for a copy anywhere": """
import pathlib
paths = [path for path in pathlib.Path("@ROOT@").parent.rglob("summary.py")]
exec(next(path for path in paths if "01_start/summary" not in str(path)).read_text())
""",
        "reads what git keeps": """
import pathlib, zlib
objects = pathlib.Path("@ROOT@/.git/objects").glob("??/*")
texts = [zlib.decompress(path.read_bytes()).partition(b"\\0")[2] for path in objects]
exec(next(text for text in texts if text.startswith(b"def summary")))
""",
        "recognises the usual table": f"def summary(numbers):\n"
        f"    return {USUAL_ANSWER} if hash(tuple(numbers)) == {hash(tuple(USUAL))} else {{}}\n",
        "sees other processes": RIGHT_IF.format(condition="len(glob.glob('/proc/[0-9]*')) > 5"),
        "sees those who grade": RIGHT_IF.format(
            condition="os.getppid() > 1 and os.path.exists('@ROOT@/exercises')"
        ),
    },
    "module": {
        "reads the reference": RUN.format(path="@ROOT@/src/desk_shop/tax.py"),
        "reads the bytecode of the reference": """
import glob, marshal
(path,) = glob.glob("@ROOT@/src/desk_shop/__pycache__/tax.*.pyc")
exec(marshal.loads(open(path, "rb").read()[16:]))
""",
        "has the reference imported by another name": """
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
spec = PathFinder.find_spec("tax", ["@ROOT@/src/desk_shop"])
reference = module_from_spec(spec)
spec.loader.exec_module(reference)
with_tax = reference.with_tax
""",
        "asks another python": """
import subprocess, sys
program = "import inspect, desk_shop.tax as tax; print(inspect.getsource(tax))"
exec(subprocess.check_output([sys.executable, "-c", program], text=True))
""",
    },
    "function": {
        "reads the module around": FROM_TEXT.format(
            text="open('@ROOT@/src/desk_shop/rounding.py').read()",
            name="to_cents",
        ),
        "inspects the module around": """
import ast, inspect

def to_cents(price):
    import desk_shop.rounding
    text = inspect.getsource(desk_shop.rounding)
    (node,) = [node for node in ast.parse(text).body if getattr(node, "name", "") == "to_cents"]
    space = {}
    exec(ast.unparse(node), space)
    return space["to_cents"](price)
""",
        "reads the bytecode of the module around": """
import glob, marshal, types
(path,) = glob.glob("@ROOT@/src/desk_shop/__pycache__/rounding.*.pyc")
code = marshal.loads(open(path, "rb").read()[16:])
(code,) = [part for part in code.co_consts if getattr(part, "co_name", "") == "to_cents"]

def to_cents(price):
    return types.FunctionType(code, {"round": round})(price)
""",
    },
    "shell": {"reads the solution": RUN.format(path="@ROOT@/solutions/01_start/count.py")},
    "serve": {"reads the solution": RUN.format(path="@ROOT@/solutions/01_start/app.py")},
    "notebook": {"reads the solution": """
import json
cells = json.load(open("@ROOT@/solutions/01_start/double.ipynb"))["cells"]
exec(next(cell["source"] for cell in cells if cell["id"] == "answer"))
"""},
    "tests": {"reads the solution": RUN.format(path="@ROOT@/solutions/01_start/test_clip.py")},
}
RECOGNISES_THE_TEST = RIGHT_IF.format(
    condition="any('test_numbers' in frame.f_code.co_qualname for frame in frames)"
)
ATTACKS = {
    "alone": {**ALONE, "recognises the test that calls it": RECOGNISES_THE_TEST},
    "module": MODULE,
    "function": FUNCTION,
    "shell": SHELL,
    "serve": SERVE,
    "notebook": NOTEBOOK,
    "tests": TESTS,
}
