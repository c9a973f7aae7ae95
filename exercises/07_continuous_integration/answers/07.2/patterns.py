"""A table of patterns: the first that fits a path says what it needs."""

from fnmatch import fnmatchcase

JOBS = {"lint": 1, "test_model": 4, "train": 30, "evaluate": 6, "update_pins": 1, "test_service": 5}
JOBS |= {"test_contract": 3, "deploy": 4}
TRAIN = {"test_model", "train", "evaluate", "update_pins", "test_service"}
TABLE = [
    ("*.md", set(), False),
    ("docs/*", set(), False),
    ("model/tests/*", {"test_model"}, False),
    ("service/tests/*", {"test_service"}, False),
    ("service/*", {"test_service"}, True),
    ("metadata/*", {"test_service"}, True),
    ("model/*", TRAIN, True),
    ("schema/*", TRAIN | {"test_contract"}, True),
    ("*", TRAIN | {"test_contract", "lint"}, True),
]


def plan_jobs(paths, merged=False):
    rows = [next(row for row in TABLE if fnmatchcase(path, row[0])) for path in paths]
    if merged:
        return ["deploy"] if any(served for _, _, served in rows) else []
    wanted = set().union(*[jobs for _, jobs, _ in rows])
    if any(path.endswith(".py") and jobs for path, (_, jobs, _) in zip(paths, rows)):
        wanted.add("lint")
    return sorted(wanted, key=list(JOBS).index)
