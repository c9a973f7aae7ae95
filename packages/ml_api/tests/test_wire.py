"""What goes over the wire, byte by byte: to a real server, in every mode."""

import json

import pytest

from abuse import BATCH, GOOD, PREDICT, rows

BODY = rows(GOOD)
SIZE = b"%x" % len(BODY)
HEAD = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNKED_LAST = CHUNKED[:-2] + b"Connection: close\r\n\r\n"
BATCH_CHUNKED = CHUNKED.replace(PREDICT.encode(), BATCH.encode()).replace(b"/json", b"/x-ndjson")
CLOSE = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture
def server(servers, mode):
    running = servers(mode)
    before = running.errors()
    yield running
    assert "Traceback" not in running.errors()[len(before) :]


def chunk(body, size=None, end=b"\r\n"):
    return (size or b"%x" % len(body)) + b"\r\n" + body + end


LAST = b"0\r\n\r\n"
WRONG_CHUNKS = {
    "a size of letters": chunk(BODY, b"zz") + LAST,
    "a size with 0x": chunk(BODY, b"0x" + SIZE) + LAST,
    "a negative size": chunk(BODY, b"-" + SIZE) + LAST,
    "a size with a sign": chunk(BODY, b"+" + SIZE) + LAST,
    "a size with an underscore": chunk(BODY, SIZE[:1] + b"_" + SIZE[1:]) + LAST,
    "a blank before the size": chunk(BODY, b" " + SIZE) + LAST,
    "no size": b"\r\n" + BODY + b"\r\n" + LAST,
    "only an extension": chunk(BODY, b";a=b") + LAST,
    "a size too small": chunk(BODY, b"5") + LAST,
    "a size too large": chunk(BODY, b"%x" % (len(BODY) + 1)) + LAST,
    "no line end after the data": chunk(BODY, end=b"") + LAST,
    "half a line end after the data": chunk(BODY, end=b"\n") + LAST,
    "another end after the data": chunk(BODY, end=b"xx") + LAST,
    "a good one, then letters": chunk(BODY) + b"zz\r\n" + LAST,
    "a trailer that is none": chunk(BODY) + b"0\r\nfoo\r\n\r\n",
    "a trailer of another message": chunk(BODY) + b"0\r\nContent-Length: 5\r\n\r\n",
    "a trailer with a control character": chunk(BODY) + b"0\r\nX-A: \x00\r\n\r\n",
}


@pytest.mark.parametrize("chunks", WRONG_CHUNKS.values(), ids=WRONG_CHUNKS)
@pytest.mark.parametrize("head", [CHUNKED, BATCH_CHUNKED], ids=["predict", "batch"])
def test_chunks_that_are_not_well_formed_are_a_400_and_the_connection_is_closed(
    server, head, chunks
):
    # what comes after them on the connection is never taken for another request
    check_problem(server.raw(head + chunks + CLOSE), 400, "chunks are not well formed")


def check_problem(answer, status, says, closes=True):
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    assert b"application/problem+json" in head
    assert not closes or b"connection: close" in head.lower()
    document = json.loads(body)  # one answer, and nothing after it
    assert says in document["detail"]
    assert document["request_id"].encode() in head


BREAKS_OFF = {
    "a body": HEAD + b"Content-Length: 1000\r\n\r\n[{",
    "no body": HEAD + b"Content-Length: 1000\r\n\r\n",
    "a size": CHUNKED + b"5",
    "a chunk": CHUNKED + b"ff\r\n[{",
    "between two chunks": CHUNKED + chunk(BODY),
    "the last chunk": CHUNKED + chunk(BODY) + b"0\r\n",
    "a batch": BATCH_CHUNKED + b"ff\r\n{",
}


@pytest.mark.parametrize("begun", BREAKS_OFF.values(), ids=BREAKS_OFF)
def test_what_breaks_off_is_a_400(server, begun):
    check_problem(server.raw(begun, and_leave=True), 400, "before it is complete", closes=False)


@pytest.mark.parametrize("sizes", [(0,), (1,), (7, 50), (len(BODY) - 1,)])
@pytest.mark.parametrize("trailer", [b"", b"X-Checksum: 5\r\n"])
def test_a_body_in_chunks_is_taken_however_it_is_cut(server, sizes, trailer):
    cuts = (0, *sizes, len(BODY))
    pieces = [BODY[start:end] for start, end in zip(cuts, cuts[1:]) if end > start]
    chunks = b"".join(map(chunk, pieces))
    answer = server.raw(CHUNKED_LAST + chunks + b"0\r\n" + trailer + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 200")


def test_the_size_of_a_chunk_may_have_zeros_capitals_and_an_extension(server):
    whole = chunk(BODY, b"000" + SIZE.upper() + b";name=value")

    assert b"HTTP/1.1 200" in server.raw(CHUNKED_LAST + whole + LAST)


EXPECT = HEAD + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(
    BODY
)


def test_a_client_that_asks_whether_to_go_on_is_told(server):
    with server.connect() as connection:
        connection.sendall(EXPECT)
        told = connection.recv(25)
        connection.sendall(BODY)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.startswith(b"HTTP/1.1 200")


def test_an_old_client_is_never_told_to_go_on(server):
    answer = server.raw(EXPECT.replace(b"HTTP/1.1", b"HTTP/1.0") + BODY)

    assert answer.split()[1] == b"200"
    assert b"100 Continue" not in answer


# what the parser of gunicorn refuses never reaches the application: the README names it
PARSER = {
    "nonsense": (b"nonsense\r\n\r\n", (400,)),
    "a version that is none": (b"GET / HTTP/9.9\r\n\r\n", (400, 505)),
    "encryption": (b"\x16\x03\x01\r\n\r\n", (400,)),
    "a header without a colon": (b"GET /health HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", (400,)),
    "a header too large": (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", (400, 431)),
    "a length that is none": (HEAD + b"Content-Length: many\r\n\r\n", (400,)),
    "two lengths": (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", (400,)),
    "a length and chunks": (CHUNKED[:-2] + b"Content-Length: 5\r\n\r\n", (400,)),
}


@pytest.mark.parametrize(("data", "statuses"), PARSER.values(), ids=PARSER)
def test_what_is_not_http_is_refused_and_others_are_served(server, data, statuses):
    answer = server.raw(data)

    assert int(answer.split()[1]) in statuses
    assert server.request("GET", "/health")[0] == 200


@pytest.fixture
def strict_server(start_server, mode):
    """A server that takes bodies of exactly the length of one."""
    return start_server(ML_API_MODE=mode, ML_API_MAX_BODY=len(BODY), ML_API_WORKERS=1)


@pytest.mark.slow
def test_a_body_in_chunks_is_taken_up_to_the_limit_and_no_further(strict_server):
    just = chunk(BODY[:50]) + chunk(BODY[50:]) + LAST
    over = chunk(BODY) + chunk(b" ") + LAST
    # one that is JSON as far as the limit goes must not be cut there
    cut = chunk(BODY + b" " * 200 + b"not json") + LAST
    far_over = chunk(BODY) + chunk(b" " * 500_000) * 10 + LAST

    assert b"HTTP/1.1 200" in strict_server.raw(CHUNKED_LAST + just)
    for chunks in (over, cut, far_over):
        answer = strict_server.raw(CHUNKED_LAST + chunks)
        check_problem(answer, 413, f"larger than {len(BODY)} bytes")
