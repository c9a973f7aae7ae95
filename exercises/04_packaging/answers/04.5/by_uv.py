import json
import os
import shutil
import subprocess
import sys
import tempfile


class ReleaseRefused(Exception):
    pass


def try_pair(wheel, model):
    place = tempfile.mkdtemp()
    try:
        uv = "uv pip install --offline --no-cache --no-deps --quiet --python".split()
        subprocess.run([*uv, sys.executable, "--target", place, wheel], check=True)
        code = f"import tiny_model; tiny_model.load_model({str(model)!r})"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": place},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:]
            return " ".join(last) or "it ended without a word"
        return ""
    finally:
        shutil.rmtree(place)


def two_by_two(wheels, models):
    return {code.name: {model.name: try_pair(code, model) for model in models} for code in wheels}


def make_current(shelf, wheel, model):
    told = try_pair(wheel, model)
    if told != "":
        raise ReleaseRefused(told)
    with tempfile.NamedTemporaryFile("w", dir=shelf, delete=False) as file:
        json.dump(dict(wheel=wheel.name, model=model.name), file)
    shutil.move(file.name, shelf / "current.json")
