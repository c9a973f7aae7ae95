import contextlib
import json
import subprocess
import sys

SCRIPT = (
    "import sys; sys.path[:0] = [sys.argv[1]]; import tiny_model as t; t.load_model(sys.argv[2])"
)


class ReleaseRefused(Exception):
    pass


def try_pair(wheel, model):
    # pure Python can be imported from the wheel as it is: it is a zip file
    try:
        subprocess.run(
            [sys.executable, "-c", SCRIPT, wheel, model],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    except subprocess.CalledProcessError as error:
        return f"{error}: {error.stderr.decode()}"
    return ""


def two_by_two(wheels, models):
    table = {}
    for wheel in wheels:
        row = table.setdefault(wheel.name, {})
        for model in models:
            row[model.name] = try_pair(wheel, model)
    return table


def make_current(shelf, wheel, model):
    if refusal := try_pair(wheel, model):
        raise ReleaseRefused(f"{wheel.name} with {model.name}: {refusal}")
    with contextlib.closing((shelf / ".next").open("w")) as file:
        json.dump({"model": model.name, "wheel": wheel.name}, file, indent=2)
    (shelf / ".next").rename(shelf / "current.json")
