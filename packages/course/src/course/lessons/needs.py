"""What an exercise needs of the machine."""

import shutil

from course.lessons.model import Exercise

CONTAINER_ENGINES = ("buildah", "docker", "podman")


def unmet_needs(exercise: Exercise, strict: bool = False) -> dict[str, str]:
    """Return the commands that an exercise lacks here, and what would help with each.

    Parameters
    ----------
    strict : bool
        Whether the answer is isolated: then nothing can be run in a container of its own.
    """
    unmet = {name: help_ for name, help_ in exercise.needs.items() if shutil.which(name) is None}
    if strict:
        without = f"course test {exercise.id}  (without --strict)"
        unmet |= {name: without for name in exercise.needs if name in CONTAINER_ENGINES}
    return unmet
