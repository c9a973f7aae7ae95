"""Notebooks are run by nbval on a kernel that is a limited child, and compared outside it."""

import json
from dataclasses import replace

import pytest
from sample_course import code_cell, notebook_text, printed, shown, with_answer

from course.lessons.stubs import stub_text
from course.notebooks.grading import grade_notebook
from sandbox import sessions, zygote
from sandbox.confinement import Limits

LIMITS = Limits(wall_s=20, cpu_s=20)

# kernels are started
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def supervisors():
    process = zygote.Zygote(preload=["ipykernel.kernelapp"])
    yield process
    process.close()


@pytest.fixture
def grade(double, supervisors):
    """Grades a source for the answer cell, or a whole file."""

    def graded(
        source=None, *, file=None, limits=LIMITS, spawned=False, seed=None, whole=False, known=None
    ):
        content = with_answer(stub_text(double), source).encode() if file is None else file

        def open_session():
            return (
                sessions.SpawnedSession()
                if spawned
                else sessions.ForkedSession(supervisors.control)
            )

        run = grade_notebook(double, content, open_session, limits, seed, known=known)
        return run if whole else run.result[:2]

    return graded


def test_a_right_answer_passes_however_it_is_written_and_whatever_it_prints(grade):
    prints = "def double(x):\n    print('debugging')\n    return x + x\ndouble(1)"

    assert grade(prints) == ("passed", "")
    assert grade("double = lambda x: x + x\nprint('debugging')") == ("passed", "")


def test_what_is_displayed_on_the_way_does_not_count(grade):
    shows = "from IPython.display import display\ndef double(x):\n    display('on the way')\n"

    assert grade(f"{shows}    return x + x") == ("passed", "")
    assert grade(f"{shows}    return x * x")[0] == "failed"


def test_the_reference_is_run_with_the_seed_of_the_answer(grade, double):
    """What is stored in the solution is what another seed gives."""
    cells = json.loads(double.solution.read_text())["cells"]
    cells[1] = code_cell("start", "start_seed = 4\nstart = start_seed", tags=["parameters"])
    double.solution.write_text(notebook_text(*cells))

    assert grade("double = lambda x: x + x", seed=5) == ("passed", "")
    verdict, message = grade("double = lambda x: 8", seed=5)
    assert verdict == "failed"
    assert "expected:  10" in message and "with:      start_seed = 5" in message
    assert grade("double = lambda x: {4: 8, 7.5: 15.0}[x]")[0] == "failed"


def test_a_reference_that_is_known_is_not_run_again(grade, double):
    reference = grade("double = lambda x: x + x", seed=5, whole=True).reference
    solution = double.solution.read_text().replace("2 * x", "3 * x")
    double.solution.write_text(solution)

    assert grade("double = lambda x: x + x", seed=5)[0] == "failed"
    again = grade("double = lambda x: x + x", seed=5, whole=True, known=reference)
    assert (again.result[0], again.reference) == ("passed", reference)


def test_warnings_on_the_way_do_not_count(grade):
    warns = "import sys, warnings\ndef double(x):\n    warnings.warn('loud')\n"
    assert grade(f"{warns}    print('log', file=sys.stderr)\n    return x + x") == ("passed", "")


def test_the_reference_itself_passes_in_a_python_of_its_own_as_well(grade, double):
    file = double.solution.read_bytes()

    assert grade(file=file, spawned=True) == ("passed", "")


def test_a_wrong_answer_is_told_what_the_author_says(grade):
    verdict, message = grade("def double(x):\n    return x * x")

    assert verdict == "failed"
    assert message.splitlines()[0] == "Doubling is multiplying by two."
    assert "came back: 16" in message and "expected:  8" in message


def test_printing_what_the_next_cell_expects_is_caught_by_a_hidden_check(grade):
    verdict, message = grade("def double(x):\n    return 8")

    assert verdict == "failed"
    assert message.startswith("A check of what you wrote")
    assert "15.0" not in message


def test_stored_outputs_of_the_learner_are_of_no_use(grade, double):
    cells = json.loads(stub_text(double))["cells"]
    cells[3]["outputs"] = [shown("16")]
    cells[2]["source"] = "def double(x):\n    return x * x"

    assert grade(file=notebook_text(*cells).encode())[0] == "failed"


def test_an_error_in_the_learners_function_shows_the_line(grade):
    verdict, message = grade("def double(x):\n    return y + y")

    assert verdict == "failed"
    assert "NameError: name 'y' is not defined" in message
    assert "line 2: return y + y" in message


def test_a_cell_that_is_no_python_is_broken(grade):
    verdict, message = grade("def double(x:\n    return 2")

    assert verdict == "broken"
    assert message.startswith("Your cell raised SyntaxError.")


def test_the_stub_itself_fails(grade, double):
    verdict, message = grade(file=stub_text(double).encode())

    assert verdict == "failed"
    assert message == "Still to do, 1 of 1 cells:\n  answer: Define double."


@pytest.mark.parametrize("file", [b"", b"\xff\xfe", b"{}"])
def test_a_file_that_is_no_notebook_is_broken(grade, file):
    assert grade(file=file)[0] == "broken"


def test_a_loop_without_end_runs_out_of_time(grade):
    verdict, message = grade("while True: pass", limits=replace(LIMITS, wall_s=5))

    assert verdict == "timeout"
    assert message.startswith("Your cell ran for longer than the exercise allows")


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 11)"])
def test_a_cell_that_ends_the_process_fails(grade, end):
    verdict, message = grade(f"import os\n{end}")

    assert verdict == "failed"
    assert "ended the whole Python process" in message


def test_sys_exit_is_an_error_like_others(grade):
    assert "SystemExit" in grade("import sys\nsys.exit()")[1]


def test_more_output_than_a_notebook_holds_is_cut_short(grade, monkeypatch):
    monkeypatch.setattr("sandbox.kernel.MOST_SHOWN", 10_000)
    verdict, message = grade("for _ in range(100): print('x' * 1000)")

    assert verdict == "failed"
    assert "showed far more than the exercise allows" in message


def test_a_kernel_that_does_not_start_is_said_to_be_that(grade, monkeypatch):
    monkeypatch.setattr("sandbox.kernel.READY_S", 0.0)

    with pytest.raises(OSError, match="kernel does not start: no answer in 0 s"):
        grade("double = lambda x: x + x")


def test_the_expected_outputs_are_not_lying_about_while_a_learners_code_runs(
    grade, tmp_path_factory, monkeypatch
):
    # a folder that nobody else writes to
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("t")))
    verdict, message = grade(
        "import glob\nassert glob.glob('../../course-*')\n"
        "assert not glob.glob('../../course-*/*.ipynb')\ndouble = lambda x: x + x"
    )

    assert (verdict, message) == ("passed", "")


def test_pictures_and_errors_that_are_expected_do_not_count(grade, double):
    picture = {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}, "metadata": {}}
    error = {"output_type": "error", "ename": "KeyError", "evalue": "1", "traceback": []}
    double.solution.write_text(
        notebook_text(
            code_cell("answer", "pass"),
            code_cell("fails", "{}[1]", [error], tags=["raises-exception"]),
            code_cell("shows", "1", [printed("x"), picture, error]),
        )
    )

    assert grade("x = 1") == ("passed", "")


def test_long_texts_are_cut(grade, monkeypatch):
    monkeypatch.setattr("course.notebooks.grading.LONGEST_TEXT", 5)
    message = grade("double = lambda x: 'a' * 50")[1]

    assert "'aaaa\n" in message and "..." in message


def test_a_reference_that_does_not_run_is_the_authors_fault(grade, double):
    cells = json.loads(double.solution.read_text())["cells"]
    cells[3]["source"] = "double(nothing)"
    double.solution.write_text(notebook_text(*cells))

    assert "NameError" in grade("double = lambda x: x + x")[1]


def test_a_reference_that_nbval_refuses_is_the_authors_fault(grade, double):
    notebook = json.loads(double.solution.read_text())
    notebook["nbformat"] = "no number"
    double.solution.write_text(json.dumps(notebook))

    with pytest.raises(RuntimeError, match="nbval could not run the notebook"):
        grade("double = lambda x: x + x")
