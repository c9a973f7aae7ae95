"""Who gets in: GitHub's own evaluator is asked, for each event, which jobs would run."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
EVALUATOR = ROOT / "requirements/actions/evaluate.mjs"
MODULES = ROOT / ".venv/actions/node_modules"
JOBS = ("preview", "candidate", "release")
OURS = "houses/ship"
EVALUATED = {}


def context(event_name, payload, repository=OURS, ref="refs/heads/main", **more):
    owner = repository.partition("/")[0]
    payload = {"repository": {"full_name": repository, "fork": repository != OURS}, **payload}
    return {
        "event_name": event_name,
        "event": payload,
        "repository": repository,
        "repository_owner": owner,
        "ref": ref,
        **more,
    }


def comment(
    body="/deploy",
    association="OWNER",
    action="created",
    kind="User",
    on="pull_request",
    login="ada",
):
    issue = {"number": 7, "state": "open", "user": {"login": "somebody"}}
    if on == "pull_request":
        issue["pull_request"] = {"url": f"https://api.github.com/repos/{OURS}/pulls/7"}
    said = {"body": body, "author_association": association, "user": {"login": login, "type": kind}}
    payload = {"action": action, "comment": said, "issue": issue, "sender": said["user"]}
    return context("issue_comment", payload, actor=login)


def pull_request(head=OURS, action="opened", base=OURS):
    fork = head != base
    pull = {
        "number": 7,
        "head": {
            "ref": "main",
            "repo": {"full_name": head, "fork": fork, "owner": {"login": head.partition("/")[0]}},
        },
        "base": {"ref": "main", "repo": {"full_name": base}},
        "author_association": "CONTRIBUTOR" if fork else "MEMBER",
        "user": {"login": "somebody", "type": "User"},
    }
    payload = {"action": action, "pull_request": pull}
    return context(
        "pull_request",
        payload,
        base,
        "refs/pull/7/merge",
        base_ref="main",
        head_ref="main",
        actor="somebody",
    )


def push(repository=OURS, ref="refs/heads/main"):
    return context("push", {"ref": ref}, repository, ref, actor="ada")


@pytest.fixture
def events(draw):
    """Events: what happened, the payload, the jobs that are to run, what to look at."""
    stranger = draw.choice(["mallory", "eve", "trudy"])
    fork = f"{stranger}/ship"
    not_alone = "the comment has to be the command, and nothing else"
    outside = "a job with a secret is for people who belong to the project"
    cases = [
        *[
            (
                f"`/deploy` by {who} on a pull request",
                comment(association=who),
                ["candidate"],
                "these may deploy",
            )
            for who in ("OWNER", "MEMBER", "COLLABORATOR")
        ],
        *[
            (
                f"`/deploy` by {who} on a pull request",
                comment(association=who, login=stranger),
                [],
                outside,
            )
            for who in ("NONE", "CONTRIBUTOR", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "MANNEQUIN")
        ],
        *[
            (f"a comment by OWNER, {body!r}", comment(body), [], not_alone)
            for body in (
                "Whoever writes /deploy here, deploys.",
                "> /deploy\n\nPlease not yet.",
                "/deploy-tomorrow",
                f"/deploy {stranger}",
                "Do not /deploy",
                "",
            )
        ],
        (
            "`/deploy` by OWNER on an issue that is no pull request",
            comment(on="issue"),
            [],
            "there is nothing to deploy: `github.event.issue.pull_request` is there for a pull request only",
        ),
        (
            "a comment that was edited into `/deploy`",
            comment(action="edited"),
            [],
            "who edits a comment need not be who wrote it: `types:` below `issue_comment:`",
        ),
        (
            "a comment `/deploy` that was deleted",
            comment(action="deleted"),
            [],
            "`types:` below `issue_comment:`",
        ),
        (
            "`/deploy` by a bot that is a COLLABORATOR",
            comment(association="COLLABORATOR", kind="Bot", login="helper[bot]"),
            [],
            "bots write what others tell them: `github.event.comment.user.type`",
        ),
        (
            "a pull request from a branch of this repository",
            pull_request(),
            ["preview"],
            "its author belongs to the project",
        ),
        (
            "new commits on such a pull request",
            pull_request(action="synchronize"),
            ["preview"],
            "as when it was opened",
        ),
        (
            f"a pull request from the fork {fork}",
            pull_request(head=fork),
            [],
            "a fork's branch is a stranger's code, whatever its name is",
        ),
        (
            "a pull request from a fork with a name like ours",
            pull_request(head="houses/ship-2"),
            [],
            "this is another repository",
        ),
        (f"a pull request inside the fork {fork}", pull_request(head=fork, base=fork), None, ""),
        ("a push to main", push(), ["release"], "this is what is released"),
        (
            "a push to another branch",
            push(ref=f"refs/heads/{stranger}"),
            [],
            "main is released, and nothing else",
        ),
        ("a push to a branch named main-2", push(ref="refs/heads/main-2"), [], "this is not main"),
        ("a push of a tag named main", push(ref="refs/tags/main"), [], "a tag is no branch"),
        (
            f"a push to main of the fork {fork}",
            push(fork),
            [],
            "a fork runs these workflows, too, with its own secrets: `github.repository`",
        ),
    ]
    return [case for case in cases if case[2] is not None]


def lacking():
    """Return what GitHub's evaluator lacks here, and what would help."""
    if shutil.which("node") is None:
        return "Node 20 or later, and GitHub's evaluator: sudo apt install nodejs npm; rm .venv/ready; make setup"
    if not MODULES.is_dir():
        return "GitHub's evaluator, which npm installs: rm .venv/ready; make setup"
    return ""


def evaluate(text, events):
    """Return what GitHub's parser and evaluator say of a workflow, for each event; asked once."""
    key = json.dumps(
        {"workflow": text, "contexts": [{"github": payload} for _, payload, *_ in events]}
    )
    if key not in EVALUATED:
        command = ["node", EVALUATOR]
        done = subprocess.run(
            command, input=key, capture_output=True, text=True, timeout=20, check=False
        )
        EVALUATED.clear()
        answer = (
            {"errors": [done.stderr.strip()[-300:]]} if done.returncode else json.loads(done.stdout)
        )
        EVALUATED[key] = answer
    return EVALUATED[key]


def test_github_takes_it_for_a_workflow(submission, events, schema_problems, workflow):
    if lacking():
        problems = schema_problems(submission.text)
    else:
        problems = "; ".join(evaluate(submission.text, events)["errors"][:3])
    assert (
        not problems
    ), f"GitHub could not read this, so nothing of it would run. It says: {problems}"
    assert not workflow.trouble, f"GitHub could not read this: {workflow.trouble}"

    missing = [name for name in JOBS if name not in workflow.data["jobs"]]
    assert not missing, f"The jobs keep their names; missing: {', '.join(missing)}"
    lost = [
        name
        for name, command in zip(JOBS, ("make preview", "make candidate", "make release"))
        if not any(
            command in str(step.get("run", ""))
            for step in workflow.data["jobs"][name].get("steps", [])
        )
    ]
    assert not lost, f"The job {lost[0]} should still run `make {lost[0]}`"


@pytest.mark.depends_on("test_github_takes_it_for_a_workflow")
def test_who_gets_in(submission, events):
    if lacking():
        pytest.skip(f"this needs {lacking()}")
    evaluated = evaluate(submission.text, events)
    wrong = []
    for (what, _, jobs, why), ran in zip(events, evaluated["runs"]):
        ran = [job for job in ran if job in JOBS]
        if sorted(ran) != sorted(jobs):
            wrong.append(
                f"{what}: {' and '.join(ran) or 'nothing'} runs, {' and '.join(jobs) or 'nothing'} is expected ({why})"
            )
    always = [
        job
        for job, text in evaluated.get("conditions", {}).items()
        if re.search(r"format\('.*\{0\}", text)
    ]
    trap = (
        f"\nThe condition of {always[0]} is a text with a value put into it, and a text that is not empty is true: "
        "either all of a condition stands in ${{ }}, or nothing of it"
        if always
        else ""
    )
    assert not wrong, "\n".join(wrong[:4]) + trap


@pytest.mark.depends_on("test_github_takes_it_for_a_workflow")
def test_no_job_may_do_more_than_read(workflow):
    usual = workflow.data.get("permissions")
    for name, job in workflow.data["jobs"].items():
        granted = job.get("permissions", usual)
        assert (
            granted is not None
        ), f"Nothing says what the job {name} may do, so it may do what is usual in this repository, which can be everything: `permissions:`"
        rights = granted if isinstance(granted, dict) else {"all": granted}
        more = {
            key: right
            for key, right in rights.items()
            if right != "none" and (key, right) != ("contents", "read")
        }
        assert (
            not more
        ), f"The job {name} may do more than read the repository: {more}. `contents: read` is enough"
        assert (
            rights.get("contents") == "read"
        ), f"The job {name} could not check out: it needs `contents: read`"


@pytest.mark.depends_on("test_github_takes_it_for_a_workflow")
def test_zizmor_has_nothing_to_say(submission, workflow, listed):
    dangerous = {"pull_request_target", "workflow_run"} & set(listed(workflow.data.get("on")))
    zizmor = shutil.which("zizmor") or str(ROOT / ".venv/bin/zizmor")
    command = [
        zizmor,
        "--offline",
        "--no-config",
        "--quiet",
        "--format=json",
        "--collect=workflows",
        "-",
    ]
    heard = re.sub(
        r"zizmor\s*:\s*ignore", "zizmor, ignored", submission.text
    )  # all of it is to be told
    done = subprocess.run(
        command, input=heard, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.stdout.strip(), f"zizmor could not read it: {done.stderr.strip()[-300:]}"
    found = [
        f"{each['ident']}, line {each['locations'][0]['concrete']['location']['start_point']['row'] + 1}: {each['desc']}"
        for each in json.loads(done.stdout)
        if each["determinations"]["severity"] not in ("Informational", "Unknown")
        # a comment is a trigger to be careful with: who gets in is asked above
        and (each["ident"] != "dangerous-triggers" or dangerous)
    ]
    assert (
        not found
    ), f"zizmor says: {'; '.join(dict.fromkeys(found))}. (`zizmor --offline` with the file's name says more)"
