"""What has arrived of a request, and what is to be sent."""

import pytest
from ml_api.connections import LARGEST_COLLECTED, Arrival, header


@pytest.mark.parametrize(
    ("data", "ready", "streams"),
    [
        (b"", False, False),
        (b"GET / HTTP/1.1\r\n", False, False),
        (b"GET / HTTP/1.1\r\n\r\n", True, False),
        (b"POST / HTTP/1.1\r\nContent-LENGTH: 3\r\n\r\nab", False, False),
        (b"POST / HTTP/1.1\r\nContent-LENGTH:3 \r\n\r\nabc", True, False),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", True, False),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", True, False),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n", True, False),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % LARGEST_COLLECTED, True, True),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", True, True),
    ],
)
def test_a_request_is_ready_when_it_is_whole_or_hopeless(data, ready, streams):
    arrival = Arrival()
    arrival.data += data

    assert (arrival.is_ready(), arrival.streams) == (ready, streams)


def test_a_header_is_found_by_its_whole_name():
    head = b"get / http/1.1\r\nx-expect: no\r\nexpect:  yes \r\n\r\n"

    assert (header(head, b"expect"), header(head, b"none")) == (b"yes", b"")


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", (b"GET / HTTP/1.1\r\n\r\n", b"", b"")),
        (b"P\r\nContent-Length: 3\r\n\r\nabcP", (b"P\r\nContent-Length: 3\r\n\r\n", b"abc", b"P")),
        (b"no head", (b"no head", b"", b"")),
    ],
)
def test_a_request_is_taken_apart_where_its_head_and_body_end(data, parts):
    arrival = Arrival(data)
    arrival.is_ready()

    assert arrival.parts() == parts
