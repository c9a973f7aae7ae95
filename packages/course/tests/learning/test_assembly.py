"""The assembled packages are the course's own, with the learner's answers in their holes."""

import pytest
from sample_course import rewrite

from course.learner.assembly import assemble_packages
from course.lessons import LessonError, load_course


@pytest.fixture
def mine(sample, years):
    years.answer.write_text("mine = 1\n")
    return sample.root / "build" / "mine"


def test_an_answer_replaces_its_module_and_nothing_else(sample, years, mine):
    put_in = assemble_packages(sample, [years], mine)

    assert put_in == [(years, mine / "demo/src/demo/years.py")]
    assert (mine / "demo/src/demo/years.py").read_text() == "mine = 1\n"
    assert (mine / "demo/src/demo/__init__.py").is_file()
    assert "until" in years.hole.read_text()


def test_sources_only_are_copied(sample, mine):
    source = sample.packages[0]
    for name in ("demo/__pycache__/x.pyc", "demo.egg-info/PKG-INFO"):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text("x")
    assemble_packages(sample, [], mine)

    assert sorted(path.name for path in (mine / "demo/src").rglob("*") if path.is_file()) == [
        "__init__.py",
        "years.py",
    ]


def test_an_older_assembly_is_replaced_whole(sample, years, mine):
    assemble_packages(sample, [years], mine)
    (mine / "left over").touch()
    assemble_packages(sample, [], mine)

    assert not (mine / "left over").exists()
    assert "until" in (mine / "demo/src/demo/years.py").read_text()
    assert list(mine.parent.iterdir()) == [mine]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_somebody_else_made_is_left_alone(sample, mine, kind):
    mine.parent.mkdir()
    if kind == "file":
        mine.touch()
    else:
        mine.mkdir()
        (mine / "thesis.txt").touch()

    with pytest.raises(LessonError, match="was not assembled by this command"):
        assemble_packages(sample, [], mine)
    assert mine.exists()


def test_an_empty_folder_may_be_filled(sample, years, mine):
    mine.mkdir(parents=True)

    assert assemble_packages(sample, [years], mine)


def test_an_answer_for_a_file_outside_the_packages_goes_to_the_same_path(sample_root, mine):
    rewrite(sample_root / "exercises/01_first/lesson.toml", '"demo.years"', '"deploy/Dockerfile"')
    course = load_course(sample_root)
    (exercise,) = course.find("01.1")
    exercise.answer.write_text("FROM mine", encoding="utf-8")

    assert assemble_packages(course, [exercise], mine) == [(exercise, mine / "deploy/Dockerfile")]
    assert (mine / "deploy/Dockerfile").read_text(encoding="utf-8") == "FROM mine"


def test_packages_in_the_root_keep_their_name(sample_root, mine):
    rewrite(sample_root / "pyproject.toml", "packages/demo/src", "packages")
    course = load_course(sample_root)
    assemble_packages(course, [], mine)

    assert (mine / "packages/demo/src/demo/years.py").is_file()
