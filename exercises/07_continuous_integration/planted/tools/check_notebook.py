"""Run report.ipynb, and compare what each cell prints with what is stored in it."""

import contextlib
import io
import json
import sys
from pathlib import Path

from bill import charge

charge("notebook", 5)
sys.path.insert(0, ".")
names, different = {}, 0
for cell in json.loads(Path("report.ipynb").read_text(encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec("".join(cell["source"]), names)  # a notebook is code to be run
        stored = "".join("".join(output["text"]) for output in cell["outputs"])
        if printed.getvalue() != stored:
            print(f"stored: {stored!r}, and now: {printed.getvalue()!r}")
            different += 1
sys.exit(bool(different))
