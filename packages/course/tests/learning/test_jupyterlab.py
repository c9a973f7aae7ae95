"""With the settings of the course a real JupyterLab keeps git clean and answers out of sight."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import urllib.request
import webbrowser
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from sample_course import FILES, code_cell, notebook_text, write_all

from course.authoring.execution import run_notebook
from course.lessons import load_course
from course.lessons.stubs import stub_text

pytestmark = pytest.mark.slow
SETTINGS = Path(__file__).parents[4] / ".jupyter"
PICTURE = """\
import os
from IPython.display import Image
Image(b"\\x89PNG\\r\\n\\x1a\\n" + os.urandom(16), format="png", width=1, height=1)"""
UNSTABLE = ["nbval-ignore-output"]
LESSON = notebook_text(
    {"cell_type": "markdown", "id": "head", "source": ["# First steps\n"], "metadata": {}},
    code_cell("versions", "import sys, time\nprint(sys.version, time.time_ns())", tags=UNSTABLE),
    code_cell("value", "print('one')\nprint('two')\n1 + 1"),
    code_cell("error", "1 / 0", tags=["raises-exception"]),
    code_cell("picture", PICTURE, tags=UNSTABLE),
    code_cell("last", "sum(range(10))"),
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of the sample course: its root, and a function that calls its API."""
    root = tmp_path_factory.mktemp("lab").resolve()
    write_all(root, FILES)
    for exercise in load_course(root).exercises:
        exercise.answer.write_text(stub_text(exercise))
    shutil.copytree(SETTINGS, root / ".jupyter")
    environment = {
        **os.environ,
        "HOME": str(root / "home"),
        "JUPYTER_CONFIG_PATH": str(root / ".jupyter"),
        "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"],
        cwd=root / "notebooks",
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            # it says this when all is ready, and is quiet from then on
            assert any("open this file in a browser" in line for line in server.stderr)
            yield root
        finally:
            server.terminate()
            server.communicate()


@pytest.fixture
def server(lab):
    """Where the server is, as `jupyter server list` knows it."""
    (file,) = (lab / "runtime").glob("jpserver-*.json")
    return json.loads(file.read_text())


@pytest.fixture
def call(server):
    """Calls the server's API; returns what it answers, read."""

    def request(path, method="GET", body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {server['token']}"}
        wanted = urllib.request.Request(server["url"] + path, data, headers, method=method)
        with urllib.request.urlopen(wanted) as response:
            return json.load(response)

    return request


def run_again(path):
    """Return a notebook as a front end has it after a run: counted on, and not tidy at all."""
    notebook = nbformat.read(path, as_version=4)
    asyncio.run(NotebookClient(notebook, kernel_name="python3").async_execute())
    for cell in notebook.cells:
        cell.metadata["collapsed"] = False
        if cell.cell_type == "code":
            cell.execution_count += 40
    return notebook


def save(call, path, notebook):
    call(f"api/contents/{path}", "PUT", {"type": "notebook", "content": notebook})


def test_a_lesson_that_was_run_and_saved_has_the_bytes_that_its_author_stored(lab, call):
    path = lab / "notebooks/01_first.ipynb"
    path.write_text(LESSON)
    run_notebook(path)
    stored = path.read_bytes()
    notebook = run_again(path)
    assert "version" in notebook.metadata.language_info
    save(call, "notebooks/01_first.ipynb", notebook)

    assert path.read_bytes() == stored
    cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
    assert cells["versions"].outputs == [] and cells["versions"].execution_count is None
    assert cells["picture"].outputs[0].data["image/png"]
    assert cells["last"].outputs[0].data["text/plain"] == "45"


def test_what_a_learner_changes_is_stored_with_the_pictures_that_it_draws(lab, call):
    path = lab / "notebooks/01_first.ipynb"
    path.write_text(LESSON)
    run_notebook(path)
    before = nbformat.read(path, as_version=4)
    notebook = run_again(path)
    notebook.cells[2].source = "1 + 2"
    save(call, "notebooks/01_first.ipynb", notebook)
    after = nbformat.read(path, as_version=4)

    assert after.cells[2].source == "1 + 2"
    assert after.cells[4].outputs != before.cells[4].outputs


def test_a_new_notebook_of_the_course_and_one_elsewhere_are_saved(lab, call):
    path = lab / "notebooks/01_first.ipynb"
    path.write_text(LESSON)
    notebook = run_again(path)
    save(call, "exercises/new.ipynb", notebook)
    save(call, "mine.ipynb", notebook)

    assert "collapsed" not in (lab / "exercises/new.ipynb").read_text()
    assert '"collapsed": false' in (lab / "mine.ipynb").read_text()


def test_what_gives_answers_away_is_not_listed(lab, call):
    (lab / "exercises/01_first/answers").mkdir(exist_ok=True)

    def names(path):
        return {item["name"] for item in call(f"api/contents/{path}")["content"]}

    assert {"exercises", "notebooks"} <= names("")
    assert "solutions" not in names("")
    assert "README.md" in names("exercises/01_first")
    assert names("exercises/01_first").isdisjoint({"lesson.toml", "answers"})


def test_nobody_is_asked_about_news(call):
    setting = call("lab/api/settings/@jupyterlab/apputils-extension:notification")

    assert setting["schema"]["properties"]["fetchNews"]["default"] == "false"


def test_course_next_opens_what_comes_in_it(lab, server, run, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or True)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(lab / "runtime"))
    assert "No JupyterLab of this course" in run("next")[2]

    monkeypatch.chdir(lab)
    code, out, err = run("next")
    part = "notebooks/01_first/1_years.ipynb"
    assert (code, out, err) == (0, f"{part}\n", "course: Opened in JupyterLab.\n")
    assert opened[0].endswith(f"lab/tree/{part}?token={server['token']}")
    with urllib.request.urlopen(opened[0]) as page:
        assert "JupyterLab" in page.read().decode()
