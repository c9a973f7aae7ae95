"""lesson.toml is read strictly: a mistake in it is found at once, and where it is."""

import pickle

import pytest

from course.lessons import LessonError, UnknownExerciseError, load_course, parse_lesson


def rewrite(root, old, new, file="exercises/01_first/lesson.toml"):
    path = root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_course_is_found_from_any_folder_below_its_root(sample_root):
    course = load_course(sample_root / "exercises" / "01_first")

    assert course.root == sample_root
    assert course.name == "Sample"
    assert course.preload == ("json",)
    assert [lesson.title for lesson in course.lessons] == ["First steps", "More"]


def test_a_course_is_found_from_the_working_directory(sample_root, monkeypatch):
    monkeypatch.chdir(sample_root / "packages")

    assert load_course().root == sample_root


def test_where_there_is_no_course_the_error_says_what_was_looked_for(tmp_path):
    with pytest.raises(LessonError, match=r"no pyproject.toml with \[tool.course\]"):
        load_course(tmp_path)


def test_a_pyproject_of_something_else_is_passed_by_on_the_way_up(sample_root):
    (sample_root / "packages" / "demo" / "pyproject.toml").write_text("[project]\nname = 'demo'\n")

    assert load_course(sample_root / "packages" / "demo" / "src").root == sample_root


def test_an_exercise_knows_its_files(sample, sample_root, years):
    assert years.answer == sample_root / "exercises/01_first/years.py"
    assert years.solution == sample_root / "solutions/01_first/years.py"
    assert years.tests == sample_root / "exercises/01_first/tests/test_years.py"
    assert years.hole == sample_root / "packages/demo/src/demo/years.py"
    assert years.part.notebook == sample_root / "notebooks/01_first/1_years.ipynb"
    assert sample.find("01.2")[0].hole is None


@pytest.mark.parametrize(
    ("file", "tests"),
    [("Dockerfile", "test_dockerfile.py"), (".env-file", "test_env_file.py")],
)
def test_the_test_file_is_named_as_a_module_can_be(sample_root, file, tests):
    rewrite(sample_root, '"greeting.txt"', f'"{file}"')

    assert load_course(sample_root).find("01.2")[0].tests.name == tests


def test_kinds_follow_from_the_file_unless_they_are_named(sample):
    assert [item.kind for item in sample.exercises] == ["code", "file", "notebook", "tests"]


def test_a_hole_may_be_a_whole_package_or_any_file_of_the_repository(sample_root):
    rewrite(sample_root, '"demo.years"', '"demo"')
    assert load_course(sample_root).find("01.1")[0].hole.name == "__init__.py"

    rewrite(sample_root, '"demo"', '"deploy/docker/Dockerfile"')
    hole = load_course(sample_root).find("01.1")[0].hole
    assert hole == sample_root / "deploy/docker/Dockerfile"


def test_a_hole_in_a_module_that_is_not_there_is_an_error(sample_root):
    rewrite(sample_root, '"demo.years"', '"demo.days"')
    exercise = load_course(sample_root).find("01.1")[0]

    with pytest.raises(LessonError, match="no module demo.days in packages/demo/src"):
        _ = exercise.hole


def test_a_hole_where_no_packages_are_named_is_an_error(sample_root):
    rewrite(sample_root, 'packages = ["packages/demo/src"]', "", "pyproject.toml")

    with pytest.raises(LessonError, match="none are named"):
        _ = load_course(sample_root).find("01.1")[0].hole


@pytest.mark.parametrize(
    ("key", "ids"),
    [
        (None, ["01.1", "01.2", "02.1", "02.2"]),
        ("01", ["01.1", "01.2"]),
        ("1", ["01.1", "01.2"]),
        ("02_more", ["02.1", "02.2"]),
        ("02_more/", ["02.1", "02.2"]),
        ("02.2", ["02.2"]),
        ("2.2", ["02.2"]),
    ],
)
def test_exercises_are_found_by_lesson_or_id(sample, key, ids):
    assert [exercise.id for exercise in sample.find(key)] == ids


@pytest.mark.parametrize(("key", "near"), [("01.7", "01"), ("2.9", "02"), ("02.22", "02.2")])
def test_an_unknown_id_gets_a_suggestion(sample, key, near):
    with pytest.raises(UnknownExerciseError, match=rf"{key!r}\. Did you mean {near}"):
        sample.find(key)


def test_an_id_like_no_other_gets_the_list_of_lessons(sample):
    with pytest.raises(UnknownExerciseError, match=r"'pipelines'\. Lessons: 01, 02\."):
        sample.find_lesson("pipelines")


def test_a_lesson_is_found_by_number(sample):
    assert sample.find_lesson("2").title == "More"


def test_a_course_can_be_sent_to_another_process(sample):
    copy = pickle.loads(pickle.dumps(sample))

    assert copy.find("01.1")[0].lesson.exercises[0].todos == {
        "elapsed": "Return the years elapsed."
    }


def test_each_blank_may_have_a_sentence_of_its_own(sample_root):
    rewrite(sample_root, '["elapsed"]', '["a", "b.c"]')
    rewrite(sample_root, 'todo = "Return the years elapsed."', 'todo = { a = "A.", "b.c" = "C." }')

    assert load_course(sample_root).find("01.1")[0].todos == {"a": "A.", "b.c": "C."}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "First steps"', "", "lesson.toml: title: is missing; a text"),
        ("points = 2", "points = -5", "points: a number above 0"),
        ("points = 2", 'points = 2\nneeds = ["podman"]', "needs: a table, command = the comman"),
        ("points = 2", "points = 2\nneeds = {podman = ''}", "needs: a table, command = the co"),
        ("points = 2", "points = true", "points: a number above 0"),
        ("points = 2", "points = 2\npionts = 3", "pionts: is an unknown key; did you mean po"),
        ('title = "First steps"', 'title = "A"\nxyz = 3', "xyz: is an unknown key$"),
        ("points = 2", "points = 2\npoints = 3", "is not valid TOML"),
        ('text = "greet"', "text = 1", "objective: text: a text is expected"),
        ('exercises = ["01.1"]', "exercises = []", "01.1 belongs to 0 parts, one is expected"),
        ('exercises = ["01.2"]', 'exercises = ["01.1", "01.2"]', "01.1 belongs to 2 parts"),
        ('"greet"\nexercises = ["01.2"]', '"greet"\nexercises = ["01.7"]', "01.7 is no exercise"),
        ('"greet"\nexercises = ["01.2"]', '"greet"\nexercises = []', "exercises: none is named"),
        ('"1_years.ipynb"', '"a/1_years.ipynb"', "part: notebook: the name of a notebook is"),
        ("points = 2", 'hint_for = "Look."', "hint_for: a table is expected: test = sentence"),
        ("points = 2", 'ml_test_score = ["model-8"]', "infra- or monitor-1 to -7, not model-8"),
        ('passed = "An age that counts forward can be compared."', "", "passed: is missing"),
        (
            'file = "by_a_name.py"',
            'file = "a/b.py"',
            "variant: file: a plain file name is expected",
        ),
        ('file = "by_a_name.py"', 'file = "a.py"\nby = "x"', "'by a name': either replace and by"),
        ('file = "by_a_name.py"', 'replace = "x"', "'by a name': either replace and by, or file"),
        ('file = "by_a_name.py"', "", "'by a name': either replace and by, or file, is expected"),
        ('file = "by_a_name.py"', 'file = "a.py"\nsays = "x"', "variant: says: is an unknown key"),
        ('"First steps"', '" "', "title: a text is expected"),
        ("points = 2", "point = 2", "exercise 01.1: point: is an unknown key; did you mean points"),
        ('id = "01.1"', 'id = "02.1"', "exercise 02.1: id: an id of this lesson"),
        ('id = "01.1"', 'id = "1a"', "exercise 1a: id: an id of this lesson"),
        ('id = "01.1"', "", "exercise without id: id: is missing"),
        ('id = "01.2"', 'id = "01.1"', "exercise 01.1: id: is there twice"),
        ('id = "01.1"', 'id = "01.3"', "id: exercises are to be in order, not 01.3, 01.2"),
        ('"greeting.txt"', '"years.py"\nfills = "demo.days"', "exercise years.py: file: is there"),
        ('"greeting.txt"', '"greeting.txt"\nfills = "demo.years"', "filled by 01.1"),
        ('"greeting.txt"', '"a/greeting.txt"', "file: a plain file name"),
        ('"years.py"', '"years.py"\nkind = "essay"', "kind: one of code, notebook, tests, file"),
        ('"years.py"', '"years.py"\nkind = "notebook"', "kind: notebook does not go with"),
        ('"years.py"', '"years.ipynb"\nkind = "code"', "kind: code does not go with"),
        ('"`until - since`"]', "]", "exercise 01.1: hints: 3 are expected, there are 2"),
        ('blank = ["elapsed"]\ntodo = "Return the years elapsed."', "", "blank: either blank or"),
        ('blank = ["elapsed"]', 'blank = ["elapsed"]\nstub = ""', "stub: a text is expected"),
        ('blank = ["elapsed"]', 'blank = ["elapsed"]\nstub = "x"', "blank: either blank or stub"),
        ('blank = ["elapsed"]', 'blank = ["elapsed", "elapsed"]', "'elapsed' is there twice"),
        ('todo = "Return the years elapsed."', "", "todo: is missing"),
        ('todo = "Return the years elapsed."', "todo = {}", "todo: a text, or a table of texts"),
        ('todo = "Return the years elapsed."', 'todo = {a = "b"}', "one sentence is expected for"),
        ("points = 2", 'points = 2\nsays = {a = "b"}', "says: only a notebook exercise"),
        ("points = 2", 'points = 2\nsays = "b"', "says: a table is expected"),
        ('says = "never negative"', "", "01.1: mistake: says: is missing"),
        ('by = "since - until"', 'by = "until - since"', "replaces a text by itself"),
    ],
)
def test_what_is_wrong_in_a_lesson_is_named_with_its_place(sample_root, old, new, message):
    rewrite(sample_root, old, new)

    with pytest.raises(LessonError, match=message) as error:
        load_course(sample_root)
    assert "01_first/lesson.toml" in str(error.value)


def test_a_mistake_that_is_described_twice_is_an_error(sample_root):
    again = '[[exercise.mistake]]\nname = "greets nobody"\nreplace = "a"\nby = ""\nsays = "b"\n'
    path = sample_root / "exercises/01_first/lesson.toml"
    path.write_text(path.read_text() + again)

    with pytest.raises(LessonError, match="exercise 01.2: mistake: 'greets nobody' is there twice"):
        load_course(sample_root)


def test_a_notebook_exercise_names_its_cells(sample_root):
    file = "exercises/02_more/lesson.toml"
    rewrite(sample_root, 'cells = ["answer"]\ntodo = "Define double."', 'stub = "x"', file)

    with pytest.raises(LessonError, match="exercise 02.1: cells: needed"):
        load_course(sample_root)


def test_an_exercise_is_a_table(sample_root):
    with pytest.raises(LessonError, match="exercise without id: a table is expected"):
        content = {"title": "A", "part": [], "objective": [], "exercise": ["one"]}
        parse_lesson(content, "01_first", sample_root)
    with pytest.raises(LessonError, match="part: a list of tables is expected"):
        parse_lesson({**content, "part": {}}, "01_first", sample_root)


def test_a_folder_without_a_number_is_no_lesson(sample_root):
    with pytest.raises(LessonError, match="named like 03_pipelines, not first"):
        parse_lesson({}, "first", sample_root)


def test_two_lessons_of_one_number_are_an_error(sample_root):
    other = sample_root / "exercises/01_again/lesson.toml"
    other.parent.mkdir()
    other.write_text('title = "A"\npart = []\nobjective = []\nexercise = []\n')

    with pytest.raises(LessonError, match="lesson 01 is also described in exercises/01_again"):
        load_course(sample_root)


def test_unknown_settings_of_the_course_are_an_error(sample_root):
    rewrite(sample_root, "preload =", "preloads =", "pyproject.toml")

    with pytest.raises(LessonError, match=r"\[tool.course\]: preloads: is an unknown key"):
        load_course(sample_root)


def test_a_pyproject_that_is_no_toml_is_named(sample_root):
    (sample_root / "pyproject.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(LessonError, match="pyproject.toml: is not valid TOML"):
        load_course(sample_root)
