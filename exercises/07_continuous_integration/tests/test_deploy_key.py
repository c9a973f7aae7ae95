"""The script is run, with the real ssh-keygen; what it prints is compared with both halves."""

import base64
import json
import re

import pytest

DRIVER = r"""
import json, os, pathlib, stat, subprocess

home = pathlib.Path.cwd()


def script(folder):
    done = subprocess.run(["bash", "deploy_key.sh", str(folder)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    key = folder / "deploy_key"
    private = key.read_text() if key.is_file() else ""
    mode = oct(stat.S_IMODE(key.stat().st_mode)) if private else ""
    if private:
        os.chmod(key, 0o600)
    public = subprocess.run(["ssh-keygen", "-y", "-P", "", "-f", str(key)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return {"status": done.returncode, "stdout": done.stdout, "stderr": done.stderr.replace(f"{home}/", ""), "private": private, "mode": mode,
            "public": public.stdout.strip(), "trouble": public.stderr.strip()[-200:]}


def key(folder, kind="ed25519"):
    folder.mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", str(folder / "deploy_key")], check=True)
    return folder


answers = {}
(home / name).mkdir()
answers["new"] = script(home / name)
answers["again"] = script(home / name)
(home / f"{name} and sons").mkdir()
answers["blank"] = script(home / f"{name} and sons")
there = key(home / "there")
(there / "deploy_key").chmod(0o644)
(there / "deploy_key.pub").write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHRoZSBwdWJsaWMgaGFsZiBvZiBhbm90aGVyIGtl old\n")
answers["before"] = (there / "deploy_key").read_text()
answers["there"] = script(there)
lost = key(home / "lost")
(lost / "deploy_key.pub").unlink()
answers["lost"] = script(lost)
wide = key(home / "wide")
(wide / "other_key").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAAnotyours\n-----END OPENSSH PRIVATE KEY-----\n")
answers["beside"] = script(wide)
print(json.dumps(answers))
"""
RAN = {}


@pytest.fixture
def ran(submission, draw):
    """What the script did in six folders."""
    name = f"runner{draw.randint(10, 99)}"
    if (submission.text, name) not in RAN:
        done = submission.shell(
            "python -  # bash deploy_key.sh FOLDER, for six folders",
            stdin=f"name = {name!r}\n{DRIVER}",
        )
        RAN.clear()
        RAN[submission.text, name] = (
            json.loads(done.stdout) if done.status == 0 else done.stderr[-400:]
        )
    answers = RAN[submission.text, name]
    assert isinstance(answers, dict), f"The script could not be tried: {answers}"
    return answers


def bodies(text):
    """Return the lines of a key without what is around them, and what they say."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and "-----" not in line]
    return lines[1:] or lines  # the first one says only which kind of key it is


def test_nothing_private_is_printed(ran):
    for name in ("new", "again", "there", "lost", "beside"):
        told = ran[name]["stdout"] + ran[name]["stderr"]
        leaked = any(line in told for line in ["AAAAnotyours", *bodies(ran[name]["private"])])
        packed = base64.b64encode(ran[name]["private"].encode()).decode()[40:80]
        assert not leaked and not (ran[name]["private"] and packed in told.replace("\n", "")), (
            "The private half is printed. Whoever reads a log, a chat or a page of settings in which it "
            f"stands can deploy in your place. It printed: {told[:120]!r}"
        )


def test_a_key_is_made_that_needs_nobody(ran):
    new = ran["new"]
    assert new[
        "private"
    ], f"In an empty folder no file `deploy_key` was made. It said: {(new['stderr'] or new['stdout'])[-200:]!r}"
    assert new["public"], (
        f"The new key cannot be used without somebody who types: {new['trouble']}. A runner has nobody; "
        '`-N ""` is a key without a passphrase'
    )
    assert new["public"].startswith(
        "ssh-ed25519 "
    ), f"The new key should be of the kind ed25519, and is {new['public'][:12]}"


@pytest.mark.depends_on("test_a_key_is_made_that_needs_nobody")
def test_only_its_owner_can_read_it(ran):
    modes = sorted({ran[name]["mode"][2:] for name in ("new", "there", "lost")} - {"600"})
    what = (
        "can be read by others"
        if modes and modes[-1][1:] != "00"
        else "is not for its owner to read and write"
    )
    assert not modes, f"The private half {what}: its mode is {modes[-1]}, and mode 600 is expected"


@pytest.mark.depends_on("test_a_key_is_made_that_needs_nobody", "test_nothing_private_is_printed")
@pytest.mark.parametrize("name", ["new", "blank", "there", "lost", "beside"])
def test_the_public_half_is_printed_and_nothing_else(ran, name):
    answer = ran[name]
    where = {
        "new": "an empty folder",
        "blank": "a folder with a blank in its name",
        "there": "a folder in which a key is already, with mode 644 and the `deploy_key.pub` of another key",
        "lost": "a folder in which the private half is, and `deploy_key.pub` was lost",
        "beside": "a folder in which another key lies beside",
    }[name]
    printed = answer["stdout"].strip()
    kind, body, *_ = [*answer["public"].split(), "", ""]

    assert not answer[
        "status"
    ], f"For {where} it ended with status {answer['status']}: {answer['stderr'][-200:]!r}"
    assert re.fullmatch(rf"{re.escape(kind)} {re.escape(body)}( \S+)*", printed), (
        f"For {where} it should print the public half of the key, one line, to be pasted as it is: "
        f"{kind} {body[:20]}... It printed {printed[:160]!r}"
    )


@pytest.mark.depends_on("test_a_key_is_made_that_needs_nobody")
def test_a_key_that_is_there_stays(ran):
    stays = ran["again"]["private"] == ran["new"]["private"]
    stays = stays and ran["there"]["private"] == ran["before"]
    assert (
        stays
    ), "A key that was there was made anew: the half that others have stored no longer fits, and nothing can be deployed"
