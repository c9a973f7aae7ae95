"""Hand pip's settings on to uv, which installs what tox needs: see requirements/pip_settings.py."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "requirements"))
from pip_settings import environment  # pylint: disable=wrong-import-position,import-error

for name, value in environment().items():
    if value is None:
        del os.environ[name]
    else:
        os.environ[name] = value
