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
    if env.get("ML_API_HOST", "127.0.0.1").startswith(("127.", "localhost", "::1")):
        yield "host"
    words = [*(s.get("Entrypoint") or ()), *(s.get("Cmd") or ())]
    if not words or words[0].endswith("sh"):
        yield "shell"
    if (s.get("Healthcheck") or {"Test": ["NONE"]})["Test"] == ["NONE"]:
        yield "health"
    if image.platform.split("/") != ["linux", "amd64"]:
        yield "platform"
    told = json.dumps([s, image.history]).encode()
    for number, layer in enumerate(image.layers):
        for path, file in layer.items():
            told += file.content
            parts = path.split("/")
            others = {"site-packages", "dist-packages"} & set(parts)
            if file.mode & (0o4000 | 0o2000) and number >= image.base_layers:
                yield path
            if ".git" in parts or "tests" in parts[:-1] and not others:
                yield path
            if not others and parts[-1].rpartition(".")[2] == "csv":
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
