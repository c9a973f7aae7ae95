import io

import pytest

from course import channel


def test_messages_arrive_one_by_one():
    stream = io.BytesIO()
    channel.send(stream, b"first")
    channel.send(stream, b"")
    stream.seek(0)

    assert [channel.receive(stream, 10) for _ in range(3)] == [b"first", b"", None]


def test_a_message_that_stops_in_the_middle_is_none():
    stream = io.BytesIO(channel.frame(b"whole")[:-1])

    assert channel.receive(stream, 10) is None


def test_a_message_that_is_too_long_is_refused_before_it_is_read():
    stream = io.BytesIO(channel.frame(bytes(11)))

    with pytest.raises(channel.ChannelError, match="11 bytes"):
        channel.receive(stream, 10)
    assert len(stream.read()) == 11
