"""Plain mode behind nginx: clients that send their requests byte by byte, or never finish them."""

import contextlib
import itertools
import json
import shutil
from http.client import HTTPResponse
from pathlib import Path

import pytest

from abuse import BATCH, GOOD, GOOD_LINE, JSON, LINES, PREDICT, rows
from servers import RunningServer, environment, free_port, wait_until

pytestmark = pytest.mark.slow

SETTINGS = Path(__file__).parents[4] / "deploy/nginx"
MAIN = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{ worker_connections 2000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {settings}
}}
"""
SLOW = 300
BODY = rows(GOOD)
HEAD = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
WHOLE = HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY) + BODY
STREAM = (
    f"POST {BATCH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
    "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
).encode()


@pytest.fixture
def server(start_server):
    """The service, which trusts one proxy."""
    return start_server(ML_API_PROXIES=1)


@pytest.fixture
def proxied(server, tmp_path):
    """The service behind nginx, under our settings with free ports."""
    if not shutil.which("nginx"):
        pytest.skip("not verified: needs nginx")
    port = free_port()
    ours = "".join(path.read_text("utf-8") for path in SETTINGS.glob("*.conf"))
    settings = ours.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    settings = settings.replace("listen 80;", f"listen 127.0.0.1:{port};")
    assert settings.count(str(port)) == settings.count(str(server.port)) == 1
    (tmp_path / "nginx.conf").write_text(MAIN.format(folder=tmp_path, settings=settings), "utf-8")
    command = ["nginx", "-c", str(tmp_path / "nginx.conf"), "-g", "user root;"]
    running = RunningServer(environment(tmp_path, PORT=port), *command)
    with running:
        yield running


def ask(proxied):
    return proxied.request("POST", PREDICT, BODY, JSON)


def slow_clients(stack, proxied, beginnings):
    """Open many requests and send the beginning of each; return connections and what they lack."""
    opened = []
    for begun in itertools.islice(itertools.cycle(beginnings), SLOW):
        client = stack.enter_context(proxied.connect())
        client.sendall(begun)
        opened.append((client, WHOLE[len(begun) :]))
    return opened


def read_all(connection):
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_slow_clients_starve_nobody_and_are_answered_in_the_end(proxied, load):
    chunks = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[{"
    beginnings = [b"", WHOLE[:20], HEAD, chunks, WHOLE[: -len(BODY)], WHOLE[:-10]]
    with contextlib.ExitStack() as stack:
        slow = slow_clients(stack, proxied, beginnings)
        clients = load(proxied)
        clients.wait_for(200)
        clients.stop()
        client, rest = slow[-1]
        client.sendall(rest)
        answer = read_all(client)

    assert not clients.untrue and not clients.broken
    assert answer.startswith(b"HTTP/1.1 200")


def test_a_request_that_comes_byte_by_byte_is_answered(proxied):
    with proxied.connect() as connection:
        for position in range(len(WHOLE)):
            connection.sendall(WHOLE[position : position + 1])
        assert read_all(connection).startswith(b"HTTP/1.1 200")


def test_clients_that_do_not_take_their_answers_starve_nobody(proxied, load):
    many = rows(*[GOOD | {"GrLivArea": 1000 + number} for number in range(1000)])
    ask_for_many = HEAD + b"Content-Length: %d\r\n\r\n" % len(many) + many
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(proxied.connect()).sendall(ask_for_many)
        clients = load(proxied)
        clients.wait_for(100)
        clients.stop()

    assert not clients.untrue and not clients.broken


def test_slow_streams_starve_nobody_and_too_many_are_refused(proxied, load):
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(proxied.connect()) for _ in range(8)]
        for stream in streams:
            stream.sendall(STREAM + b"5\r\n{")
        clients = load(proxied)
        clients.wait_for(100)
        clients.stop()
        refused = proxied.request("POST", BATCH, GOOD_LINE, LINES)[0]

    assert not clients.untrue and not clients.broken
    assert refused == 429
    wait_until(lambda: proxied.request("POST", BATCH, GOOD_LINE, LINES)[0] == 200, "room again")


def test_a_stream_goes_through_while_it_comes(proxied):
    portion = (GOOD_LINE + b"\n") * 1000
    chunk = b"%x\r\n%b\r\n" % (len(portion), portion)
    with proxied.connect() as connection:
        connection.sendall(STREAM + chunk)
        response = HTTPResponse(connection)
        response.begin()
        answers = response.readline()  # before the rest was sent
        connection.sendall(chunk * 4 + b"0\r\n\r\n")
        answers += response.read()

    assert response.status == 200
    assert answers.count(b'{"prediction":') == 5 * 1000


def test_what_is_too_large_is_told_by_the_service(proxied):
    status, headers, body = proxied.request("POST", PREDICT, b" " * (4 * 2**20 + 1), JSON)

    assert status == 413
    assert headers["Content-Type"] == "application/problem+json"
    assert "larger than 4194304 bytes" in json.loads(body)["detail"]


def test_what_the_proxy_says_is_believed_and_what_a_client_says_is_not(proxied, server):
    lies = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Prefix": "/evil", "X-Request-ID": "lies"}
    document = json.loads(proxied.request("GET", "/openapi.json", headers=lies)[2])

    lines = (server.folder / "out.log").read_text("utf-8").splitlines()
    (line,) = [each for each in map(json.loads, lines) if each["request_id"] == "lies"]
    assert line["from"] == "127.0.0.1"
    assert document["servers"] == [{"url": "/"}]


def test_a_service_that_is_away_is_a_bad_gateway_and_back_when_it_is(proxied, server):
    server.stop()
    away = ask(proxied)[0]
    server.start()
    wait_until(lambda: ask(proxied)[0] == 200, "nginx to find the service again")

    assert away in (502, 504)
