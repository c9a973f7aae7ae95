import pytest

from desks import PASSED

pytestmark = pytest.mark.slow

PACKAGE = {
    "src/desk_houses/__init__.py": "",
    "src/desk_houses/ages/__init__.py": "from desk_houses.ages.elapsed import elapsed\n",
    "src/desk_houses/ages/elapsed.py": "def elapsed(built, sold):\n    return sold - built\n",
    "src/desk_houses/price.py": (
        "from desk_houses.ages import elapsed\n\n"
        "def price(built):\n    return 1000 - elapsed(built, 2010)\n"
    ),
}


def use(code):
    """Return a test of an exercise that has the submission do something."""
    return f"def test_it(submission):\n    {code}\n"


def test_tables_arrays_and_what_surrounds_a_test_go_along(desk):
    tests = """
import numpy as np
import pandas as pd

FACTOR = 10
class Helper:
    def times(self, value): return value * FACTOR

def helper(code, value):
    return code.double(Helper().times(value))

def test_tables(submission):
    table = pd.DataFrame({"a": [1, 2]})
    doubled = submission.run(lambda code: helper(code, table))
    pd.testing.assert_frame_equal(doubled, table * 20)

def test_arrays(submission):
    assert submission.run(lambda code: code.double(np.arange(3))).tolist() == [0, 2, 4]
"""
    assert desk.grade("def double(x):\n    return 2 * x\n", tests).verdict == "passed"


def test_helpers_of_the_lessons_conftest_go_along(desk):
    desk.write(
        {
            "exercises/01_start/tests/conftest.py": (
                "import pytest\n\ndef thrice(x):\n    return 3 * x\n\n"
                "@pytest.fixture\ndef tripled(submission):\n"
                "    return lambda x: submission.run(lambda code: code.double(thrice(x)))\n"
            )
        }
    )
    tests = "def test_it(tripled):\n    assert tripled(2) == 12\n"

    assert desk.grade("def double(x):\n    return 2 * x\n", tests).verdict == "passed"


def test_the_file_and_its_text_can_be_looked_at(desk):
    tests = use("assert submission.path.name == 'double.py' and submission.text == '# é\\n'")

    assert desk.grade("\ufeff# é\n", tests).verdict == "passed"


def test_code_without_a_seed_is_not_reproducible_in_a_fork(desk):
    answer = (
        "import random\nimport numpy as np\n\n"
        "def draw():\n    return [random.random(), np.random.rand()]\n"
    )
    tests = """
def test_it(submission):
    one, two = (submission.run(lambda code: code.draw()) for _ in range(2))
    assert one[0] != two[0] and one[1] != two[1]
"""
    assert desk.grade(answer, tests).verdict == "passed"


def test_one_run_leaves_nothing_for_the_next(desk):
    answer = (
        "import os\n\nCALLS = []\n\n"
        "def call():\n    CALLS.append(1)\n    open('x', 'a').close()\n"
        "    return [len(CALLS), sorted(os.listdir())]\n"
    )
    tests = """
def test_it(submission):
    one, two = (submission.run(lambda code: code.call()) for _ in range(2))
    assert one == two == [1, ["double.py", "x"]]
"""
    assert desk.grade(answer, tests).verdict == "passed"


def test_secrets_of_the_environment_are_not_passed_on(desk, monkeypatch):
    monkeypatch.setenv("COURSE_TEST_SECRET", "token")
    answer = "import os\n\ndef look():\n    return dict(os.environ)\n"
    tests = """
def test_it(submission):
    seen = submission.run(lambda code: code.look())
    assert "COURSE_TEST_SECRET" not in seen
    assert seen["HOME"] == seen["TMPDIR"] != ""
"""
    assert desk.grade(answer, tests).verdict == "passed"


# -- a hole in a package ---------------------------------------------------------------------------


def test_the_answer_is_the_module_of_the_package(desk):
    desk.write(PACKAGE)
    tests = """
def test_it(submission):
    def price(code):
        from desk_houses.price import price
        return [price(2000), code.__name__]
    assert submission.run(price) == [900, "desk_houses.ages.elapsed"]
"""
    verdict = desk.grade(
        "def elapsed(built, sold):\n    return 100\n", tests, fills="desk_houses.ages.elapsed"
    )

    assert verdict.message == PASSED
    assert verdict.verdict == "passed"


def test_a_name_that_the_package_misses_in_the_answer_is_named(desk):
    desk.write(PACKAGE)

    verdict = desk.grade(
        "def elapsd(built, sold):\n    return 100\n",
        use("submission.run(lambda code: code.elapsed(1, 2))"),
        fills="desk_houses.ages.elapsed",
    )

    assert verdict.verdict == "broken"
    assert verdict.message.startswith("`elapsed` is not defined in double.py")


def test_commands_see_the_answer_in_the_package(desk):
    desk.write(PACKAGE)
    command = ["python", "-c", "from desk_houses.price import price; print(price(2000))"]

    verdict = desk.grade(
        "def elapsed(built, sold):\n    return 100\n",
        use(f"assert submission.shell({command!r}).stdout == '900\\n'"),
        fills="desk_houses.ages.elapsed",
    )

    assert verdict.message == PASSED


def test_a_file_of_the_repository_is_no_module(desk):
    verdict = desk.grade(
        "FROM python\n",
        use("assert 'FROM' in submission.text"),
        file="Dockerfile",
        fills="deploy/Dockerfile",
    )

    assert verdict.verdict == "passed"


# -- raises ----------------------------------------------------------------------------------------

RAISING = """
class OddError(ValueError):
    pass

def double(number):
    if number is None:
        raise OddError("a number is needed, not None")
    return 2 * number
"""


@pytest.mark.parametrize(
    "code",
    [
        "submission.raises(ValueError, lambda code: code.double(None))",
        "submission.raises('OddError', lambda code: code.double(None), match='needed')",
        "raised = submission.raises(Exception, lambda code: code.double(None))\n"
        "    assert (raised.type, raised.message) == ('OddError', 'a number is needed, not None')",
    ],
)
def test_an_expected_exception_is_fine(desk, code):
    assert desk.grade(RAISING, use(code)).message == PASSED


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "submission.raises(ValueError, lambda code: code.double(1))",
            "Nothing was raised: ValueError was asked for.",
        ),
        (
            "submission.raises(KeyError, lambda code: code.double(None))",
            "KeyError was asked for, and your code raised OddError",
        ),
        (
            "submission.raises(ValueError, lambda code: code.double(None), match='zero')",
            "The message of ValueError does not say enough",
        ),
    ],
)
def test_another_exception_or_none_is_a_failure(desk, code, said):
    verdict = desk.grade(RAISING, use(code))

    assert verdict.verdict == "failed"
    assert said in verdict.message


def test_a_function_that_is_not_there_does_not_count_as_raising(desk):
    verdict = desk.grade(
        RAISING, use("submission.raises(AttributeError, lambda code: code.halve(1))")
    )

    assert verdict.verdict == "broken"


# -- shell -----------------------------------------------------------------------------------------


def test_a_command_runs_in_a_copy_of_the_lesson_without_its_tests(desk):
    desk.write({"exercises/01_start/data.csv": "1,2\n", "exercises/01_start/lesson.toml": ""})
    tests = """
def test_it(submission):
    done = submission.shell("ls; cat - data.csv > out; cat out; echo $ANSWER >&2; exit 3",
                            stdin="0,0\\n", environment={"ANSWER": "42"})
    assert (done.status, done.stderr) == (3, "42\\n")
    assert done.stdout == "data.csv\\ndouble.py\\n0,0\\n1,2\\n"
"""
    assert desk.grade("x = 1\n", tests).message == PASSED
    assert not (desk.root / "exercises/01_start/out").exists()


def test_of_a_flood_of_a_command_the_end_is_kept(desk):
    tests = use(
        "assert submission.shell('yes | head -c 2000000; echo end').stdout[-4:] == 'end\\n'"
    )

    assert desk.grade("x = 1\n", tests).message == PASSED


def test_a_command_that_does_not_end_is_a_timeout(desk):
    verdict = desk.grade("x = 1\n", use("submission.shell(['sleep', '100'])"), time_limit_s=1)

    assert verdict.verdict == "timeout"
    assert "sleep 100" in verdict.message


# -- serve -----------------------------------------------------------------------------------------

APP = """
import sys

def create_app(greeting="hello"):
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/crash":
            raise ValueError("crashed")
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [greeting.encode()]
    return app

if __name__ == "__main__":
    from wsgiref.simple_server import make_server
    make_server("127.0.0.1", int(sys.argv[1]), create_app("by command")).serve_forever()
"""
GET = "from urllib.request import urlopen\n\n"


@pytest.mark.parametrize(
    ("serve", "answer"),
    [
        ("lambda code: code.create_app('by factory')", "by factory"),
        ("['python', 'double.py', '{port}']", "by command"),
        ("'exec python double.py {port}'", "by command"),
    ],
)
def test_a_real_server_answers(desk, serve, answer):
    tests = GET + f"""
def test_it(submission):
    with submission.serve({serve}) as server:
        assert urlopen(server.url + "/").read().decode() == {answer!r}
"""
    assert desk.grade(APP, tests).message == PASSED


def test_a_server_and_calls_go_on_side_by_side_and_the_server_is_gone_afterwards(desk):
    tests = GET + """
import pytest
from urllib.error import URLError

def test_it(submission):
    with submission.serve(lambda code: code.create_app()) as server:
        assert submission.run(lambda code: code.create_app.__name__) == "create_app"
        assert urlopen(server.url).read() == b"hello"
    with pytest.raises(URLError):
        urlopen(server.url)
"""
    assert desk.grade(APP, tests).message == PASSED


def test_what_a_server_printed_is_told_when_a_test_fails(desk):
    tests = GET + """
def test_it(submission):
    with submission.serve(lambda code: code.create_app()) as server:
        urlopen(server.url + "/crash")
"""
    message = desk.grade(APP, tests).message

    assert "HTTP Error 500" in message
    assert "ValueError: crashed" in message


@pytest.mark.parametrize(
    ("serve", "said"),
    [
        ("lambda code: 1 / 0", "ZeroDivisionError"),
        ("lambda code: code.make_app()", "`make_app` is not defined in double.py"),
        ("'echo no port >&2; exit 3'", "no port"),
    ],
)
def test_a_server_that_does_not_start_is_told_with_the_reason(desk, serve, said):
    tests = f"def test_it(submission):\n    with submission.serve({serve}):\n        pass\n"

    verdict = desk.grade(APP, tests)

    assert verdict.verdict in ("failed", "broken")
    assert said in verdict.message


def test_a_server_that_never_listens_is_a_timeout(desk):
    tests = "def test_it(submission):\n    with submission.serve('sleep 100'):\n        pass\n"

    assert desk.grade(APP, tests, time_limit_s=1).verdict == "timeout"
