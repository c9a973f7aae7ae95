"""Clients that send their requests byte by byte, or never finish them.

The worker's main loop holds some hundreds of them; beyond its connections (1,000 a process) it
takes a proxy that takes a request in wholly before it passes it on: nginx does so by default, and
holds thousands of slow clients at once.
"""

import contextlib
import shutil
import socket
import subprocess
from string import Template
from types import SimpleNamespace

import pytest

from abuse import GOOD, PREDICT, rows
from servers import free_port, wait_until

SLOW = 300
CONFIGURATION = Template("""
pid $folder/nginx.pid;
error_log $folder/nginx.log;
daemon off;
worker_processes 1;
events { worker_connections 2000; }
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    # a request that dawdles for longer is given up
    client_header_timeout 30s;
    client_body_timeout 30s;
    upstream service { server 127.0.0.1:$service; keepalive 8; }
    server {
        listen 127.0.0.1:$port;
        client_max_body_size 4m;
        location / {
            proxy_pass http://service;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $$host;
            proxy_set_header X-Forwarded-For $$remote_addr;
            proxy_set_header X-Forwarded-Proto $$scheme;
            # the whole request is in before gunicorn hears of it; this is the default
            proxy_request_buffering on;
        }
    }
}
""")


@pytest.fixture
def proxied(start_server, tmp_path):
    """The service behind nginx."""
    if not shutil.which("nginx"):
        pytest.skip("not verified: needs nginx")
    server = start_server(ML_API_PROXIES=1)
    port = free_port()
    (tmp_path / "nginx.conf").write_text(
        CONFIGURATION.substitute(folder=tmp_path, service=server.port, port=port), "utf-8"
    )
    tmp_path.chmod(0o755)
    command = ["nginx", "-c", str(tmp_path / "nginx.conf"), "-g", "user root;"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as nginx:
        wait_until(lambda: is_open(port), "nginx to come up")
        yield SimpleNamespace(port=port, server=server)
        nginx.terminate()


def is_open(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def slow_clients(stack, port):
    """Open many requests and send the head of each, or half of it, or half of the body too."""
    body = rows(GOOD)
    head = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
    whole = head + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
    beginnings = [whole[:20], head, whole[: -len(body)], whole[:-10]]
    opened = []
    for number in range(SLOW):
        begun = beginnings[number % len(beginnings)]
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port), 30))
        client.sendall(begun)
        opened.append((client, whole[len(begun) :]))
    return opened


def test_behind_nginx_slow_clients_starve_nobody_and_are_answered_in_the_end(proxied, load):
    with contextlib.ExitStack() as stack:
        slow = slow_clients(stack, proxied.port)
        clients = load(proxied)
        clients.wait_for(200)
        clients.stop()
        client, rest = slow[-1]
        client.sendall(rest)
        answer = b"".join(iter(lambda: client.recv(65536), b""))

    assert not clients.untrue and not clients.broken
    assert answer.startswith(b"HTTP/1.1 200")
