"""JupyterLab's settings for this course; a user's own stay where they are, in ~/.jupyter.

`make lab` names this folder in JUPYTER_CONFIG_PATH. `labconfig` has defaults of the interface.
"""

import os
from pathlib import Path

c = get_config()  # pylint: disable=undefined-variable  # Jupyter gives it

c.ServerApp.root_dir = str(Path(__file__).resolve().parent.parent)
# no login shell: that would set PATH anew, and terminals would not find `course`
if os.name == "posix":
    c.ServerApp.terminado_settings = {"shell_command": [os.environ.get("SHELL", "/bin/bash")]}

c.ContentsManager.pre_save_hook = "course.jupyter.saving.tidy_before_saving"
# what gives answers away, or is the grader's
c.ContentsManager.hide_globs.extend(["lesson.toml", "answers", "solutions"])
