import os

import pytest
from ml_api.auth.api_keys import ApiKeys, KeyFileError, new_key, read_keys

ALICE = "alice-s-own-secret-key"
BOB = "bob-s-quite-other-key"


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"# who may ask\n\nalice:{ALICE}\n")
    return path


def rewrite(path, text):
    """Write the file anew, with a time that differs whatever the clock's steps are."""
    path.write_text(text)
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000_007))


def test_a_key_in_the_file_tells_its_owner(key_file):
    assert ApiKeys(key_file).owner(ALICE) == "alice"


@pytest.mark.parametrize("wrong", ["", "alice", ALICE[:-1], ALICE + "x", ALICE.upper(), "ключ"])
def test_any_other_has_no_owner(key_file, wrong):
    assert ApiKeys(key_file).owner(wrong) is None


def test_a_new_key_works_by_its_digest_and_is_not_in_the_file(tmp_path):
    key, line = new_key("carol")
    path = tmp_path / "keys"
    path.write_text(line)

    assert ApiKeys(path).owner(key) == "carol"
    assert key not in line


def test_rotation_both_keys_then_only_the_new_one(key_file):
    keys = ApiKeys(key_file)
    rewrite(key_file, f"alice:{ALICE}\nalice-new:{BOB}\n")
    keys.look()
    both = keys.owner(ALICE), keys.owner(BOB)
    rewrite(key_file, f"alice-new:{BOB}\n")
    keys.look()

    assert both == ("alice", "alice-new")
    assert (keys.owner(ALICE), keys.owner(BOB)) == (None, "alice-new")


@pytest.mark.parametrize("text", ["", "no colon here", "bob:short", f"a:{ALICE}\na:{BOB}"])
def test_a_file_that_turns_bad_leaves_the_keys_in_force_and_says_so(key_file, text):
    keys = ApiKeys(key_file)
    rewrite(key_file, text)
    keys.look()

    assert keys.owner(ALICE) == "alice"
    assert str(key_file) in keys.error


def test_a_file_that_vanishes_leaves_the_keys_in_force(key_file):
    keys = ApiKeys(key_file)
    key_file.unlink()
    keys.look()

    assert keys.owner(ALICE) == "alice"
    assert "No such file" in keys.error


def test_a_file_set_right_again_clears_the_error(key_file):
    keys = ApiKeys(key_file)
    rewrite(key_file, "broken")
    keys.look()
    rewrite(key_file, f"bob:{BOB}")
    os.utime(key_file, ns=(0, 1))
    keys.look()

    assert keys.error is None
    assert keys.owner(BOB) == "bob"


@pytest.mark.parametrize("content", [b"name\n", b"", b"\xff\xfe", b"a b:0123456789abcdefgh"])
def test_a_bad_file_is_refused_from_the_start(tmp_path, content):
    path = tmp_path / "keys"
    path.write_bytes(content)

    with pytest.raises(KeyFileError, match="keys"):
        read_keys(path)


def test_what_is_wrong_with_a_file_is_told_without_its_secrets(tmp_path):
    path = tmp_path / "keys"
    path.write_text("bob:hunter2")

    with pytest.raises(KeyFileError) as caught:
        read_keys(path)

    assert "line 1" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_name_that_would_not_read_back_is_refused():
    with pytest.raises(KeyFileError, match="letters"):
        new_key("two words")


def test_the_file_is_looked_at_again_by_itself(key_file, monkeypatch):
    clock = iter([0.0, 0.5, 1.5])
    monkeypatch.setattr("ml_api.auth.api_keys.time.monotonic", lambda: next(clock))
    keys = ApiKeys(key_file)
    rewrite(key_file, f"bob:{BOB}")

    assert keys.owner(BOB) is None  # half a second later: not looked yet
    assert keys.owner(BOB) == "bob"
