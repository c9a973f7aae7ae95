"""Who gets in: GitHub's own evaluator is asked, for each event, which jobs would run."""

import json
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
EVALUATOR = ROOT / "requirements/actions/evaluate.mjs"
MODULES = ROOT / ".venv/actions/node_modules"
SECRETS = {"preview": "PREVIEW_TOKEN", "candidate": "DEPLOY_TOKEN", "release": "DEPLOY_TOKEN"}
JOBS = tuple(SECRETS)
OURS = "houses/ship"
ELSEWHERE = "houses/other"
CHECKOUT = "11bd71901bbe5b1630ceea73d27597364c9af683"
# zizmor's findings, as part 4 cures them
CURES = {
    "artipacked": "`persist-credentials: false` below `with:` of the checkout",
    "excessive-permissions": "`permissions: {}` for the workflow, `contents: read` for a job",
    "template-injection": 'hand the text over by `env:`, and write "$NAME" in the command',
    "unpinned-uses": "the hash of a commit, and the tag as a remark",
    "unsound-condition": "all of a condition in ${{ }}, or nothing of it",
}
EVALUATED = {}


def repository_of(full_name):
    """Return what a payload says of a repository, and of whom it belongs to."""
    owner, _, name = full_name.partition("/")
    return {
        "id": zlib.crc32(full_name.encode()),
        "name": name,
        "full_name": full_name,
        "fork": full_name not in (OURS, ELSEWHERE),
        "owner": {"login": owner, "id": zlib.crc32(owner.encode())},
    }


def context(event_name, payload, repository=OURS, ref="refs/heads/main", **more):
    there = repository_of(repository)
    payload = {"repository": there, **payload}
    _, kind, name = ref.split("/", 2)
    return {
        "ref_name": name,
        "ref_type": {"heads": "branch", "tags": "tag"}.get(kind, ""),
        "repository_id": str(there["id"]),
        "repository_owner_id": str(there["owner"]["id"]),
        "event_name": event_name,
        "event": payload,
        "repository": repository,
        "repository_owner": there["owner"]["login"],
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
            "repo": repository_of(head),
            "user": repository_of(head)["owner"],
            "label": f"{head.partition('/')[0]}:main",
        },
        "base": {"ref": "main", "repo": repository_of(base)},
        "author_association": "CONTRIBUTOR" if fork else "MEMBER",
        "user": {"login": "somebody", "type": "User"},
    }
    payload = {"action": action, "number": 7, "pull_request": pull, "sender": pull["user"]}
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
    sender = {"login": "ada", "type": "User"}
    return context("push", {"ref": ref, "sender": sender}, repository, ref, actor="ada")


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
                "/deploy? No, do not /deploy",
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
        *[
            (
                f"such a pull request is {what}",
                pull_request(action=action),
                [],
                "a preview is for code that is new: `types:` below `pull_request:`",
            )
            for action, what in (("labeled", "labelled"), ("closed", "closed"))
        ],
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
            f"a push to main of {ELSEWHERE}",
            push(ELSEWHERE),
            [],
            "this is another repository: `github.repository`",
        ),
        (
            f"a push to main of the fork {fork}",
            push(fork),
            [],
            "a fork runs these workflows, too, with its own secrets: `github.repository`",
        ),
    ]
    return [case for case in cases if case[2] is not None]


def cure(finding):
    return f" (cure: {CURES[finding]})" if finding in CURES else ""


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


def steps_of(workflow, name):
    return [step for step in workflow.data["jobs"][name].get("steps") or [] if "run" in step]


def makes(name):
    """Return a question to a step: does it run make for this job, and fail if that fails?"""
    command = re.compile(rf"(\w+=\S* )*make {name}( \w+=\S+)*( \|\| (exit 1|false))?")

    def asked(step):
        parts = re.split(r"\n|;|&&", str(step["run"]).replace("\\\n", " "))
        seen = str(step.get("continue-on-error", "false")).lower() == "false"
        return seen and any(command.fullmatch(" ".join(part.split())) for part in parts)

    return asked


def secrets_in(value):
    """Return the names of the secrets that a part of a workflow asks for, but for GitHub's own."""
    found = re.findall(r"""secrets\s*(?:\.\s*|\[\s*')([\w-]+)""", json.dumps(value), re.IGNORECASE)
    return {name.upper() for name in found} - {"GITHUB_TOKEN"}


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
    lost = [name for name in JOBS if not any(map(makes(name), steps_of(workflow, name)))]
    assert not lost, (
        f"The job {lost[0]} should still run `make {lost[0]}`, as a command of its own whose failure "
        "is seen (no `|| true`, no pipe, no `continue-on-error`)"
    )


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
def test_each_job_has_its_own_secret(workflow):
    above = secrets_in({key: value for key, value in workflow.data.items() if key != "jobs"})
    assert (
        not above
    ), f"{', '.join(above)} is handed to every job: a secret belongs to the step that needs it"
    for name, secret in SECRETS.items():
        found = secrets_in(workflow.data["jobs"][name])
        own = found == {secret}
        assert (
            own
        ), f"The job {name} should have {secret}, and no other secret. It has: {', '.join(sorted(found)) or 'none'}"


@pytest.mark.depends_on("test_github_takes_it_for_a_workflow")
def test_no_job_may_do_more_than_read(workflow):
    usual = workflow.data.get("permissions")
    for name, job in workflow.data["jobs"].items():
        granted = job.get("permissions", usual)
        said = granted is not None
        assert (
            said
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
        reads = rights.get("contents") == "read"
        assert reads, f"The job {name} could not check out: it needs `contents: read`"


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
        f"{each['ident']}, line {each['locations'][0]['concrete']['location']['start_point']['row'] + 1}: {each['desc']}{cure(each['ident'])}"
        for each in json.loads(done.stdout)
        if each["determinations"]["severity"] not in ("Informational", "Unknown")
        # a comment is a trigger to be careful with: who gets in is asked above
        and (each["ident"] != "dangerous-triggers" or dangerous)
    ]
    assert (
        not found
    ), f"zizmor says: {'; '.join(dict.fromkeys(found))}. (`zizmor --offline` with the file's name says more)"
    checkouts = re.findall(r"actions/checkout@([0-9a-f]{40})", submission.text)
    other = [commit for commit in checkouts if commit != CHECKOUT]
    assert (
        not other
    ), f"`actions/checkout@{other[0]}` is no commit that the brief names: v4.2.2 is {CHECKOUT}"
