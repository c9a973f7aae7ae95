"""A cell is known by its mark, by its id and by what stands around it: tools change all of them."""

import json

import pytest
from sample_course import code_cell, printed, with_answer

from course.learner.progress import Progress
from course.lessons.cells import find_answers, source_of
from course.lessons.stubs import fingerprint, is_untouched, stub_text
from course.notebooks.merging import CellFailure, explain, merge

GOOD = "def double(x):\n    return x + x"


def new_ids(cells):
    """JupyterLab, on pasting."""
    return [{**cell, "id": f"new{n}"} for n, cell in enumerate(cells)]


def no_marks(cells):
    """A tool that cleans metadata."""
    return [{**cell, "metadata": {}} for cell in cells]


def no_ids(cells):
    """The format before 4.5."""
    return [{key: cell[key] for key in cell if key != "id"} for cell in cells]


def swapped_ids(cells):
    """A tool that numbers cells anew, and hits upon an id of ours."""
    ids = [cell["id"] for cell in cells]
    return [{**cell, "id": ids[n - 1]} for n, cell in enumerate(cells)]


CHANGES = {
    "new ids": new_ids,
    "no marks": no_marks,
    "no ids": no_ids,
    "swapped ids": swapped_ids,
    "neither": lambda cells: no_marks(new_ids(cells)),
    "neither, in the old format": lambda cells: no_marks(no_ids(cells)),
    "more cells": lambda cells: [code_cell("mine", "1"), *cells, code_cell("also", "2")],
}


@pytest.fixture(params=CHANGES.values(), ids=CHANGES)
def changed(request):
    """Rewrites a notebook as some tool would."""

    def rewrite(text):
        notebook = json.loads(text)
        notebook["cells"] = request.param(notebook["cells"])
        return json.dumps(notebook)

    return rewrite


def source_in(notebook, cell_id):
    return next(source_of(cell) for cell in notebook["cells"] if cell.get("id") == cell_id)


def test_an_answer_is_found(double, changed):
    answer = changed(with_answer(stub_text(double), GOOD))

    assert source_in(merge(double, answer, 1), "answer") == GOOD


def test_an_untouched_notebook_is_to_do(double, changed):
    assert is_untouched(double, changed(stub_text(double)))
    assert not is_untouched(double, changed(with_answer(stub_text(double), GOOD)))


def test_a_pass_belongs_to_what_the_cells_hold(double, sample, changed):
    progress = Progress(sample)
    double.answer.write_text(with_answer(stub_text(double), GOOD))
    progress.passed(double, fingerprint(double, double.answer))

    double.answer.write_text(changed(with_answer(stub_text(double), GOOD)))
    assert progress.status(double) == "passed"
    double.answer.write_text(changed(with_answer(stub_text(double), "def double(x): return 1")))
    assert progress.status(double) == "started"
    double.answer.write_text(changed(stub_text(double)))
    assert progress.status(double) == "todo"


def test_a_copy_of_the_answer_does_not_take_its_place(double):
    notebook = json.loads(with_answer(stub_text(double), GOOD))
    copy = {**notebook["cells"][2], "id": "copied", "source": "older = 1"}
    notebook["cells"].insert(0, copy)

    assert source_in(merge(double, json.dumps(notebook), 1), "answer") == GOOD


def test_what_stands_elsewhere_is_no_answer():
    reference = [code_cell("a", "first"), code_cell("answer", ""), code_cell("b", "last")]
    cells = [code_cell("x", "first"), code_cell("y", "other"), code_cell("z", "between")]

    assert find_answers(["answer"], cells, reference) == {"answer": None}
    assert find_answers(["nowhere"], cells, reference) == {"nowhere": None}
    assert find_answers(["answer"], cells, reference[1:2]) == {"answer": None}


def test_outputs_of_any_size_count_for_nothing(double, sample):
    notebook = json.loads(with_answer(stub_text(double), GOOD))
    before = json.dumps(notebook)
    notebook["cells"][3]["outputs"] = [printed("x" * 3 * 2**20)]
    double.answer.write_text(before)
    Progress(sample).passed(double, fingerprint(double, double.answer))
    double.answer.write_text(json.dumps(notebook))

    assert merge(double, json.dumps(notebook), 1) == merge(double, before, 1)
    assert Progress(sample).status(double) == "passed"


def test_a_byte_order_mark_changes_nothing(double):
    double.answer.write_text(stub_text(double), encoding="utf-8-sig")

    assert is_untouched(double, double.answer)
    assert fingerprint(double, double.answer) is not None


@pytest.mark.parametrize(
    ("own", "answer", "told"),
    [
        ("import numpy as np", "np.ones(3)", True),
        ("def helper(): return 3", "def double(x): return helper()", True),
        ("start = 4\nimport math", "math.pi", True),  # a cell of the notebook, edited
        ("1 + 1", "np.ones(3)", False),
        ("start = 4", "def treble(x): return x", False),  # only the notebook's own use has it
    ],
)
def test_a_name_of_a_cell_of_ones_own_is_told_to_be_out_of_sight(double, own, answer, told):
    text = with_answer(stub_text(double), answer)
    notebook = json.loads(text)
    notebook["cells"].insert(0, code_cell("mine", own))
    name = next(name for name in ("np", "helper", "math", "double") if name in answer + "double")
    failure = CellFailure(1, "raised", got=f"NameError: name '{name}' is not defined", error="N")

    message = explain(double, merge(double, text, 1), failure, json.dumps(notebook))

    assert ("only the marked cells are graded" in message) is told
