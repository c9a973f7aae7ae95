"""`make lock` says what is old: asked of an index of two packages, on a port of its own."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from packaging.version import Version

import lock_check

RELEASES = {
    "steady": [("1.0", "2024-05-01"), ("1.1", "2025-04-01")],
    "moving": [("1.0", "2024-01-01"), ("2.0", "2025-06-01"), ("3.0rc1", "2026-06-01")],
}


class Index(BaseHTTPRequestHandler):
    """Answers as an index does, in JSON."""

    def do_GET(self):  # pylint: disable=invalid-name
        """Answer with the files of one package."""
        name = self.path.strip("/")
        files = [
            {"filename": f"{name}-{version}.tar.gz", "upload-time": f"{day}T00:00:00Z"}
            for version, day in RELEASES.get(name, [])
        ]
        self.send_response(200 if files else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"files": files}).encode())

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """Keep quiet."""


@pytest.fixture
def index():
    """The address of an index that runs."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_only_what_is_a_year_older_than_its_newest_release_is_told(index):
    packages = {"steady": Version("1.0"), "moving": Version("1.0")}

    assert list(lock_check.old(packages, [index])) == [
        "moving: 1.0 of 2024-01 is locked, more than a year older than 2.0 of 2025-06"
    ]


def test_a_package_whose_dates_no_index_tells_is_named(index):
    (told,) = lock_check.old({"elsewhere": Version("1.0")}, [index, "file:///nowhere"])

    assert told.startswith("elsewhere: no index tells")


def test_what_a_file_names_is_looked_up_in_its_lock(tmp_path: Path):
    (tmp_path / "a.in").write_text(
        "# why\n-r b.in\nfoo[bar]==1.*\nbaz ; sys_platform != 'x'\n", "utf-8"
    )
    (tmp_path / "a.txt").write_text(
        "baz==2 ; python_version < '3.12' \\\n    --hash=sha256:1\nbaz==3 \\\nfoo[bar]==1.2 \\\n",
        "utf-8",
    )

    assert lock_check.named("a", tmp_path) == {"foo": Version("1.2"), "baz": Version("3")}


@pytest.mark.parametrize("lock", ["core", "serve", "uv"])
def test_ops_holds_what_the_other_locks_hold_in_the_same_version(lock):
    pins, ops = (
        set(lock_check.PIN.findall((lock_check.HERE / f"{name}.txt").read_text("utf-8")))
        for name in (lock, "ops")
    )

    assert pins and not pins - ops
