"""What the parts of lesson 07 share: scratch repositories, commands in them, events, a history."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
PLANTED = ROOT / "exercises/07_continuous_integration/planted"
MODULES = ROOT / ".venv/actions/node_modules"
HELP = "sudo apt install nodejs npm; rm .venv/ready; make setup"
RECORDED = Path(__file__).with_name("who_gets_in.json")  # what Node said, for where there is none
MISSING = f"not verified: needs GitHub's evaluator ({HELP})"


def environment(when: str = "2024-03-04T10:00:00+0000", **more: str) -> dict[str, str]:
    """Return what a command sees: our tools, an author for git, and nobody's settings."""
    kept = {name: os.environ[name] for name in ("LANG", "SYSTEMROOT") if name in os.environ}
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"), ("DATE", when))
    }
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1"}
    home = {"HOME": tempfile.gettempdir(), "PYTHONDONTWRITEBYTECODE": "1"}
    return {**kept, **who, **quiet, **home, "PATH": path, **more}


def run(command: str, folder: Path, **more: str) -> subprocess.CompletedProcess:
    """Run a command of the shell in a folder, and return what came of it."""
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def sh(command: str, folder: Path, last: int = 12, **more: str) -> None:
    """Run a command of the shell in a folder; show the end of what it prints, and its status."""
    done = run(command, folder, **more)
    said = done.stdout.replace(f"{folder}/", "").replace(str(folder), ".").rstrip()
    print(*said.splitlines()[-last:], f"status {done.returncode}", sep="\n")


def repository() -> Path:
    """Return a scratch folder with the planted package in it, as a repository of its own."""
    folder = Path(tempfile.mkdtemp(prefix="lesson-07-")).resolve()
    shutil.copytree(
        PLANTED, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / ".gitignore").write_text(".tox/\n*.json\n", encoding="utf-8")
    run("git init -q -b main && git add -A && git commit -qm 'Price houses by their area'", folder)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that a file has once."""
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{path.name} has {old!r} {text.count(old)} times")
    path.write_text(text.replace(old, new), encoding="utf-8")


# events -----------------------------------------------------------------------------------------


def comment(body: str, association: str, on_pull_request: bool = True) -> dict:
    """Return what GitHub knows when somebody has commented."""
    issue = {"number": 7} | ({"pull_request": {"url": ".../pulls/7"}} if on_pull_request else {})
    insider = association in ("OWNER", "MEMBER", "COLLABORATOR")
    said = {
        "body": body,
        "author_association": association,
        "user": {"login": "ada" if insider else "eve", "type": "User"},
    }
    event = {"action": "created", "comment": said, "issue": issue}
    return {
        "event_name": "issue_comment",
        "event": event,
        "repository": "houses/ship",
        "ref": "refs/heads/main",
    }


def pull_request(head: str) -> dict:
    """Return what GitHub knows when a pull request to houses/ship comes from a repository."""
    pull = {"number": 7, "head": {"repo": {"full_name": head, "fork": head != "houses/ship"}}}
    event = {"action": "opened", "pull_request": pull}
    return {
        "event_name": "pull_request",
        "event": event,
        "repository": "houses/ship",
        "ref": "refs/pull/7/merge",
        "base_ref": "main",
    }


def evaluated(asked: str) -> dict | None:
    """Return what GitHub's evaluator says, or said once where it is not to be had."""
    if shutil.which("node") is None or not MODULES.is_dir():
        recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
        return recorded.get(hashlib.sha256(asked.encode()).hexdigest())
    command = ["node", ROOT / "requirements/actions/evaluate.mjs"]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def who_gets_in(condition: str, events: dict[str, dict], on: str = "issue_comment") -> None:
    """Show for each event whether a job with this condition runs, by GitHub's own evaluator."""
    job = {"if": condition, "runs-on": "ubuntu-24.04", "steps": [{"run": "make deploy"}]}
    workflow = json.dumps({"on": [on], "jobs": {"deploy": job}})
    asked = json.dumps({"workflow": workflow, "contexts": [{"github": e} for e in events.values()]})
    answer = evaluated(asked)
    if answer is None:
        print(MISSING)
        return
    print(*answer["errors"], *answer["conditions"].values(), sep="\n")
    for name, jobs in zip(events, answer["runs"]):
        print(f"  {'runs ' if jobs else '-    '} {name}")


def findings(text: str) -> None:
    """Show what zizmor says of a workflow: in which line, which finding."""
    command = ["zizmor", "--offline", "--quiet", "--no-config", "--format=json", "-"]
    done = subprocess.run(
        command, input=text, env=environment(), capture_output=True, text=True, check=False
    )
    told = {
        (each["locations"][0]["concrete"]["location"]["start_point"]["row"] + 1, each["ident"])
        for each in json.loads(done.stdout)
    }
    for line, name in sorted(told):
        print(f"line {line:2}  {name}")


# a history --------------------------------------------------------------------------------------

# day and hour of March 2024, message, and whether it was deployed two hours later
STORY = [
    ("04T09", "Begin", True),
    ("05T10", "Add the year of the kitchen", False),
    ("06T15", "Show prices in thousands", True),
    ("07T09", "Revert: show prices in thousands", True),
    ("11T11", "Train on the sales of February", True),
    ("13T10", "Say what LotFrontage means", False),
    ("13T16", "Refuse areas below 100", True),
    ("14T08", "Mend: areas are square feet", True),
    ("18T09", "Train on the sales of March", True),
    ("20T14", "Add a label for each quality", True),
]


def history() -> Path:
    """Return a repository of ten commits, in which a tag marks each deployment."""
    folder = Path(tempfile.mkdtemp(prefix="lesson-07-history-")).resolve()
    run("git init -q -b main", folder)
    for number, (moment, message, deployed) in enumerate(STORY):
        when = f"2024-03-{moment}:00:00+0000"
        run(f"git commit -q --allow-empty -m '{message}'", folder, when=when)
        if deployed:
            later = str(pd.Timestamp(when) + pd.Timedelta(hours=2))
            run(f"git tag -m deployed deploy-{number:02}", folder, when=later)
    return folder


def commits(folder: Path) -> pd.DataFrame:
    """Return the commits of a repository, oldest first: when, what, the tag and its time."""
    log = run("git log --reverse --format='%H|%cI|%s'", folder).stdout.split("\n")[:-1]
    form = "'%(*objectname)|%(refname:short)|%(taggerdate:iso-strict)'"
    tags = run(f"git for-each-ref refs/tags --format={form}", folder).stdout.split("\n")[:-1]
    table = pd.DataFrame(
        [line.split("|") for line in log], columns=["hash", "committed", "message"]
    )
    deployed = pd.DataFrame([line.split("|") for line in tags], columns=["hash", "tag", "deployed"])
    table = table.merge(deployed, how="left").drop(columns="hash")
    for column in ("committed", "deployed"):
        table[column] = pd.to_datetime(table[column], utc=True).dt.tz_localize(None)
    return table


# a key's halves ---------------------------------------------------------------------------------


def halves(folder: Path, command: str) -> str:
    """Run a command on a key, and tell whether a line of its private half is in the output."""
    private = (folder / "id_ed25519").read_text(encoding="utf-8").splitlines()[2:-1]
    said = run(command, folder).stdout
    # the letters of a key are others each time
    shown = " ".join(re.sub(r"[\w+/=]{24,}", "...", said).split())[:44]
    told = "PRIVATE" if any(line in said for line in private) else "public "
    return f"{told}  {command:38} {shown}..."


# a review ---------------------------------------------------------------------------------------


def review_report(old: pd.Series, new: pd.Series, paid: pd.Series, slices: pd.Series) -> str:
    """Return what a pull request shows of two models: the mean error in all, and by slice.

    `old`, `new` and `paid` are prices of the same houses; an error is relative.
    """
    errors = pd.DataFrame({"main": (old / paid - 1).abs(), "this change": (new / paid - 1).abs()})
    means = errors.groupby(slices).mean()
    means.insert(0, "houses", errors.groupby(slices).size())
    means.loc["all"] = [len(errors), *errors.mean()]
    lines = ["| slice | houses | main | this change | |", "|---|---|---|---|---|"]
    for name, row in means.iterrows():
        mark = "worse" if row["this change"] > row["main"] + 0.005 else ""
        figures = f"{row['houses']:.0f} | {row['main']:.1%} | {row['this change']:.1%}"
        lines.append(f"| {name} | {figures} | {mark} |")
    return "\n".join(lines)
