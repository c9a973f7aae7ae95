from image_under_test import archive
from oci_image import open_image
import json, re


def problems(image):
    s = image.settings
    env = {k: v for k, _, v in (e.partition("=") for e in s.get("Env") or [])}
    if not re.match(r"[1-9]\d*(:|$)", s.get("User") or ""):
        yield "user"
    if env.get("PORT", "") + "/tcp" not in s.get("ExposedPorts", {}):
        yield "port"
    if env.get("ML_API_HOST", "127.0.0.1").startswith(("127.", "localhost")):
        yield "host"
    words = [*(s.get("Entrypoint") or ()), *(s.get("Cmd") or ())]
    if not words or words[0].endswith("sh"):
        yield "shell"
    if (s.get("Healthcheck") or {"Test": ["NONE"]})["Test"] == ["NONE"]:
        yield "health"
    if image.platform.split("/") != ["linux", "amd64"]:
        yield "platform"
    told = json.dumps([s, image.history]).encode()
    for layer in image.layers:
        for path, file in layer.items():
            told += file.content
            parts = path.split("/")
            if file.mode & 0o4000:
                yield path
            if "site-packages" not in parts and {"tests", ".git"} & set(parts[:-1]):
                yield path
            if "site-packages" not in parts and parts[-1].rpartition(".")[2] == "csv":
                yield path
    if re.search(rb"shed-[0-9a-f]{16}", told):
        yield "token"
    labels = s.get("Labels", {})
    if not re.match("[0-9a-f]{40}$", labels.get("org.opencontainers.image.revision", "")):
        yield "revision"
    if not labels.get("org.opencontainers.image.base.digest", "").startswith("sha256:"):
        yield "base"


def test_nothing_is_wrong():
    assert list(problems(open_image(archive()))) == []
