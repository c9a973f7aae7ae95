"""Notebooks are executed in place, to the same bytes every time."""

import json

import nbformat
import pytest
from sample_course import code_cell, notebook_text, printed, shown

from course.authoring.execution import notebooks_of, run_notebook, run_notebooks, tidy

# `.ci/quick_suites` does not collect it either: importing what runs notebooks takes seconds
pytestmark = pytest.mark.slow


def test_a_stale_output_is_replaced_and_the_second_run_changes_nothing(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(notebook_text(code_cell("a", "print(1)\n1 + 1", [shown("3")], collapsed=True)))

    assert run_notebook(path).outcome == "fresh"
    first = path.read_bytes()
    assert run_notebook(path).outcome == "unchanged"
    assert path.read_bytes() == first

    notebook = json.loads(first)
    (cell,) = notebook["cells"]
    assert cell["outputs"][0]["text"] == ["1\n"]
    assert cell["outputs"][1]["data"] == {"text/plain": ["2"]}
    assert cell["metadata"] == {}
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def test_a_failing_cell_is_reported_and_the_file_is_left_as_it_was(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(notebook_text(code_cell("a", "1 / 0")))
    before = path.read_bytes()
    execution = run_notebook(path)

    assert execution.outcome == "failed"
    assert "ZeroDivisionError" in execution.error
    assert path.read_bytes() == before


def test_lessons_run_in_their_folder_and_references_in_an_empty_one(sample):
    look = code_cell("a", "import os\nprint(os.listdir())")
    parts = [part.notebook for lesson in sample.lessons for part in lesson.parts]
    for part in parts:
        part.write_text(notebook_text(look))
    double = sample.find("02.1")[0]
    double.solution.write_text(notebook_text(look))
    done = []
    paths = notebooks_of(sample, sample.lessons)
    run_notebooks(sample, paths, lambda: done.append(1))

    assert paths == [*parts, double.solution]
    assert len(done) == 4
    assert "1_years.ipynb" in parts[0].read_text()
    assert json.loads(double.solution.read_text())["cells"][0]["outputs"][0]["text"] == ["[]\n"]


def test_notebooks_of_no_lesson_are_run_with_the_whole_course_only(sample):
    other = sample.root / "notebooks/00_intro.ipynb"
    other.write_text(notebook_text())

    assert other in notebooks_of(sample, sample.lessons)
    assert other not in notebooks_of(sample, sample.lessons[:1])


@pytest.fixture
def notebook():
    error = {"output_type": "error", "ename": "E", "evalue": "no", "traceback": ["/home/me/x.py"]}
    stderr = {"output_type": "stream", "name": "stderr", "text": ["careful\n"]}
    cells = [
        {"cell_type": "markdown", "id": "t", "source": "# A", "metadata": {"editable": True}},
        code_cell("a", "1", [printed("a"), printed("b"), stderr, shown("1")], tags=["x"]),
        code_cell("b", "", []),
        code_cell("c", "1/0", [error], execution={"start": "now"}),
    ]
    for cell, count in zip(cells[1:], (17, None, 23), strict=True):
        cell["execution_count"] = count
    content = nbformat.reads(notebook_text(*cells), as_version=4)
    tidy(content)
    return content


def test_pieces_of_a_stream_are_joined(notebook):
    outputs = notebook.cells[1].outputs

    assert [output.get("text") for output in outputs] == ["ab", "careful\n", None]


def test_cells_are_counted_from_one(notebook):
    assert [cell.get("execution_count") for cell in notebook.cells] == [None, 1, None, 2]
    assert notebook.cells[1].outputs[2].execution_count == 1


def test_only_what_people_wrote_stays_of_the_metadata(notebook):
    assert [dict(cell.metadata) for cell in notebook.cells] == [{}, {"tags": ["x"]}, {}, {}]


def test_a_traceback_names_no_paths(notebook):
    assert notebook.cells[3].outputs[0].traceback == ["E: no"]
