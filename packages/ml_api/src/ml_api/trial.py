"""Try a model in a process of its own, before the service starts.

The process that is going to fork must not run onnxruntime, whose thread does not survive a fork.
Left to the workers, each would report the same fault, and gunicorn would start more of them. So the
trial runs beside the imports of the main process, which take longer, and costs next to nothing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


class Trial:
    """A trial under way.

    Parameters
    ----------
    directory : Path
        Directory of the model.
    """

    def __init__(self, directory: Path):
        command = [sys.executable, "-m", "ml_api.trial", str(directory)]
        # pylint: disable-next=consider-using-with  # finish waits for it
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    def finish(self) -> None:
        """Wait for the end of the trial.

        Raises
        ------
        ModelError
            If the model cannot be served.
        """
        from regression_model import ModelError  # pylint: disable=import-outside-toplevel

        _, complaint = self._process.communicate()
        if self._process.returncode:
            raise ModelError(complaint.strip())


def main(directory: str) -> int:
    """Try the model; complain on standard error."""
    # pylint: disable=import-outside-toplevel  # the process that waits need not import them early
    from regression_model import ModelError

    from ml_api.serving import open_serving

    try:
        open_serving(Path(directory))
    except ModelError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
