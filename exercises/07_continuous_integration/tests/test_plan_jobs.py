"""Plans are judged by what they leave out, and by what they cost."""

from types import SimpleNamespace

import pytest

MINUTES = {
    "lint": 1,
    "test_model": 4,
    "train": 30,
    "evaluate": 6,
    "update_pins": 1,
    "test_service": 5,
    "test_contract": 3,
    "deploy": 4,
}
EXPERIMENT = {"test_model", "train", "evaluate", "update_pins", "test_service"}
EVERYTHING = EXPERIMENT | {"test_contract", "lint"}
# path, jobs before the merge (lint beside them for a .py), is it served, what it is
KNOWN = [
    ("model/config/champion.yml", EXPERIMENT, True, "an experiment: another configuration"),
    ("model/src/features/{}.py", EXPERIMENT, True, "an experiment: code of the model"),
    ("model/src/weights_{}.csv", EXPERIMENT, True, "an experiment: a table beside the code"),
    ("schema/fields.yml", EXPERIMENT | {"test_contract"}, True, "a new feature"),
    ("schema/{}.py", EXPERIMENT | {"test_contract"}, True, "a new feature"),
    ("metadata/labels_{}.yml", {"test_service"}, True, "metadata: what people read"),
    ("service/src/routes/{}.py", {"test_service"}, True, "code of the service"),
    ("service/settings.toml", {"test_service"}, True, "the service's settings"),
    ("model/tests/test_{}.py", {"test_model"}, False, "a test of the model"),
    ("service/tests/test_{}.py", {"test_service"}, False, "a test of the service"),
    ("service/tests/data/{}.json", {"test_service"}, False, "a table for the service's tests"),
    ("README.md", set(), False, "a document"),
    ("model/{}.md", set(), False, "a document beside the code"),
    ("service/tests/{}.md", set(), False, "a document beside tests"),
    ("docs/figures/{}.svg", set(), False, "a document"),
    ("docs/{}.py", set(), False, "a script that draws a figure of the documents"),
    ("requirements.lock", EVERYTHING, True, "the lock: every library could be another"),
    (".github/workflows/{}.yml", EVERYTHING, True, "a workflow: what checks the rest"),
    ("model_{}/train.py", EVERYTHING, True, "a folder that is not in the table"),
    ("docs_{}/plan.py", EVERYTHING, True, "a folder that is not in the table"),
    ("docserver.py", EVERYTHING, True, "a file that is not in the table"),
    ("{}.cfg", EVERYTHING, True, "a file that is not in the table"),
    ("notebooks/model/{}.txt", EVERYTHING, True, "a folder that is not in the table"),
    ("model", EVERYTHING, True, "a file, named as a folder of the table is"),
]


def wanted(changed, merged):
    """Return the jobs that a change needs, no more."""
    if merged:
        return {"deploy"} if any(served for _, _, served, _ in changed) else set()
    needed = set().union(*(jobs for _, jobs, _, _ in changed))
    code = any(path.endswith(".py") and not path.startswith("docs/") for path, *_ in changed)
    return needed | ({"lint"} if code else set())


@pytest.fixture
def cases(draw):
    """Changes of one file, and of several, with names of this run."""
    words = ["area", "rooms", "lots", "garage", "porch", "street", "deploy", "train", "docs"]
    named = [(path.format(draw.choice(words)), *rest) for path, *rest in KNOWN]
    # most changes of a repository are small, and many are documents
    sets = [[], *([one] for one in named)]
    sets += [
        [(f"{place}/{word}.md", set(), False, "a document beside")]
        for place in ("model", "schema")
        for word in words
    ]
    sets += [draw.sample(named, draw.randint(2, 4)) for _ in range(60)]
    return [(changed, merged) for changed in sets for merged in (False, True)]


def plan_of(plan_jobs, paths, merged):
    """Return the plan, and what there is to say against the way in which it was made."""
    jobs, given = getattr(plan_jobs, "__globals__", {}).get("JOBS"), list(paths)
    before = repr(jobs)
    plan = plan_jobs(given, merged=merged)
    trouble = {
        f"came back as {type(plan).__name__} and not as a list": not isinstance(plan, list),
        f"left {given} of the list of paths, which is its caller's": given != paths,
        f"left {jobs} in JOBS, which is there for the next call too": repr(jobs) != before,
    }
    return [[*plan], [words for words, holds in trouble.items() if holds]]


PLANNED = {}


@pytest.fixture
def planned(submission, cases):
    """What is planned for each case; it is asked once for all tests."""
    asked = [([path for path, *_ in changed], merged) for changed, merged in cases]
    key = (submission.text, str(asked))
    if key not in PLANNED:
        PLANNED.clear()
        PLANNED[key] = submission.run(
            lambda code: [plan_of(code.plan_jobs, paths, merged) for paths, merged in asked]
        )
    plans = PLANNED[key]
    return [
        SimpleNamespace(
            jobs=plan,
            trouble=trouble,
            needed=wanted(changed, merged),
            paths=[path for path, *_ in changed],
            kind="; ".join(kind for *_, kind in changed) if len(changed) == 1 else "several files",
            call=f"plan_jobs({[path for path, *_ in changed]}{', merged=True' if merged else ''})",
            merged=merged,
        )
        for (changed, merged), (plan, trouble) in zip(cases, plans)
    ]


def minutes(jobs):
    return sum(MINUTES.get(job, 0) for job in jobs)


def test_a_plan_comes_back_for_each_change(planned):
    assert planned


@pytest.mark.depends_on("test_a_plan_comes_back_for_each_change")
def test_it_returns_a_list_and_changes_nothing_else(planned):
    wrong = next((one for one in planned if one.trouble), None)
    assert not wrong, f"{wrong.call} {wrong.trouble[0]}"


@pytest.mark.depends_on("test_a_plan_comes_back_for_each_change")
def test_the_names_are_those_of_jobs(planned):
    unknown = next((one for one in planned if set(one.jobs) - set(MINUTES)), None)
    assert (
        not unknown
    ), f"{unknown.call} came back as {unknown.jobs}: there are jobs that are not in JOBS"
    twice = next((one for one in planned if len(set(one.jobs)) < len(one.jobs)), None)
    assert not twice, f"{twice.call} came back as {twice.jobs}: a job runs once"
    order = list(MINUTES)
    jumbled = next((one for one in planned if one.jobs != sorted(one.jobs, key=order.index)), None)
    assert not jumbled, (
        f"{jumbled.call} came back as {jumbled.jobs}: jobs run in the order of JOBS (nothing can be "
        "evaluated before it is trained)"
    )


@pytest.mark.depends_on("test_the_names_are_those_of_jobs")
@pytest.mark.parametrize("merged", [False, True])
def test_nothing_is_left_out(planned, merged):
    missing = [one for one in planned if one.merged == merged and one.needed - set(one.jobs)]
    missing.sort(key=lambda one: len(one.paths))

    assert not missing, (
        f"{missing[0].call} ({missing[0].kind}) leaves out {sorted(missing[0].needed - set(missing[0].jobs))}: "
        f"it came back as {missing[0].jobs}"
    )


@pytest.mark.depends_on("test_the_names_are_those_of_jobs")
def test_nothing_runs_that_cannot_be_red(submission, planned):
    spent, least = sum(minutes(one.jobs) for one in planned), sum(
        minutes(one.needed) for one in planned
    )
    more = sorted(
        (one for one in planned if set(one.jobs) - one.needed), key=lambda one: len(one.paths)
    )
    told = (
        f"{more[0].call} ({more[0].kind}) runs {sorted(set(more[0].jobs) - more[0].needed)} for nothing"
        if more
        else ""
    )

    dear = spent > 1.1 * least
    assert (
        not dear
    ), f"These plans take {spent} minutes, and {least} are enough, so more than a tenth could be saved: {told}"
    assert not any(
        one.jobs for one in planned if not one.paths
    ), "Nothing has changed, and something runs"
    if spent > least:
        submission.award(
            2, f"Nothing is left out. {spent} minutes are planned, and {least} are enough: {told}."
        )
