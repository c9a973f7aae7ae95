"""What comes next, and a JupyterLab of this course to open it in."""

from pathlib import Path
from urllib.parse import quote, urlencode

from course.learner.progress import Progress
from course.lessons import Course


def next_step(course: Course, progress: Progress) -> Path | None:
    """Return the notebook to read, or, once its exercises are begun, the answer to write.

    None is left when every exercise has passed.
    """
    for part in (part for lesson in course.lessons for part in lesson.parts):
        exercises = [item for item in course.exercises if item.id in part.exercises]
        states = [progress.status(exercise) for exercise in exercises]
        if set(states) == {"todo"}:
            return part.notebook
        for exercise, state in zip(exercises, states, strict=True):
            if state != "passed":
                return exercise.answer
    return None


def lab_url(course: Course, path: Path) -> str | None:
    """Return the address of a file in a running JupyterLab of this course, None without one."""
    # pylint: disable-next=import-outside-toplevel  # slow to load, and for one command
    from jupyter_server.serverapp import list_running_servers

    for server in list_running_servers():
        if Path(server["root_dir"]).resolve() == course.root:
            query = urlencode({"token": server["token"]}) if server["token"] else ""
            file = quote(path.relative_to(course.root).as_posix())
            return f"{server['url']}lab/tree/{file}?{query}".rstrip("?")
    return None
