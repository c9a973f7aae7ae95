import re

JOBS = {
    "lint": 1,
    "test_model": 4,
    "train": 30,
    "evaluate": 6,
    "update_pins": 1,
    "test_service": 5,
    "test_contract": 3,
    "deploy": 4,
}


def plan_jobs(paths, merged=False):
    print("planning", len(paths))
    before, after = [], []
    for path in paths:
        top, _, rest = path.partition("/")
        if re.search(r"\.md$", path) or (top == "docs" and rest):
            continue
        if path.endswith(".py"):
            before.append("lint")
        if not re.match("(model|service)/tests/", path):
            after = ["deploy"]
        if top == "model" and rest.startswith("tests/"):
            before.append("test_model")
        elif top in ("service", "metadata") and rest:
            before.append("test_service")
        else:
            before += ["test_model", "train", "evaluate", "update_pins", "test_service"]
            if top == "schema" and rest:
                before.append("test_contract")
            elif top != "model" or not rest:
                before += ["test_contract", "lint"]
    return list(filter((after if merged else before).__contains__, JOBS))
