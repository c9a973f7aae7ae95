"""The sample course, fresh for each test."""

import sys

import pytest
from sample_course import FILES, QuickGrader, write_all

from course.cli.main import main
from course.lessons import load_course
from course.lessons.stubs import stub_text


@pytest.fixture
def sample_root(tmp_path):
    """The folder of the sample course; nothing in it is answered."""
    root = tmp_path / "sample"
    write_all(root, FILES)
    for exercise in load_course(root).exercises:
        exercise.answer.write_text(stub_text(exercise), encoding="utf-8")
    return root


@pytest.fixture
def sample(sample_root):
    """The sample course."""
    return load_course(sample_root)


@pytest.fixture
def years(sample):
    """Exercise 01.1, which fills a hole."""
    return sample.find("01.1")[0]


@pytest.fixture
def double(sample):
    """Exercise 02.1, a notebook."""
    return sample.find("02.1")[0]


@pytest.fixture
def quick_grader(monkeypatch):
    """Where the commands are tested and not the grader, verdicts come at once."""
    monkeypatch.setattr("course.grading.Grader", QuickGrader)
    monkeypatch.setattr(QuickGrader, "graded", [])
    return QuickGrader


@pytest.fixture
def run(sample_root, monkeypatch, capsys):
    """Runs `course` with arguments in the sample course; returns exit code and output."""
    monkeypatch.chdir(sample_root)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["course", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err

    return call
