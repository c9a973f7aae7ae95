import io

import pytest

from sandbox import framing


def test_messages_arrive_one_by_one():
    stream = io.BytesIO()
    framing.send(stream, b"first")
    framing.send(stream, b"")
    stream.seek(0)

    assert [framing.receive(stream, 10) for _ in range(3)] == [b"first", b"", None]


def test_a_message_that_stops_in_the_middle_is_none():
    stream = io.BytesIO(framing.frame(b"whole")[:-1])

    assert framing.receive(stream, 10) is None


def test_a_message_that_is_too_long_is_refused_before_it_is_read():
    stream = io.BytesIO(framing.frame(bytes(11)))

    with pytest.raises(framing.FramingError, match="11 bytes"):
        framing.receive(stream, 10)
    assert len(stream.read()) == 11
