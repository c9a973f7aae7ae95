import pytest

from course.learner import answers
from course.learner.answers import read_answer
from course.learner.messages import AnswerBroken


def test_the_content_is_returned_as_it_is(tmp_path):
    (tmp_path / "answer.py").write_bytes(b"\xef\xbb\xbfx = 1\r\n")

    assert read_answer(tmp_path / "answer.py") == b"\xef\xbb\xbfx = 1\r\n"


def test_a_file_that_is_far_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "LARGEST_ANSWER", 3)
    (tmp_path / "answer.py").write_bytes(b"x = 1")

    with pytest.raises(AnswerBroken, match=r"answer\.py is 0 MB: too large"):
        read_answer(tmp_path / "answer.py")


def test_a_file_that_cannot_be_read_is_broken_and_the_reason_is_told(tmp_path):
    (tmp_path / "answer.py").symlink_to(tmp_path / "answer.py")

    with pytest.raises(AnswerBroken, match="cannot be read: Too many levels of symbolic links"):
        read_answer(tmp_path / "answer.py")
