"""Reads an image from an OCI archive, and writes one. Both are a tar file: no engine is needed."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MEDIA_TYPE = "application/vnd.oci.image."
BASE_LAYERS = "course.base-layers"  # an annotation of ours: no other archive has it


@dataclass(frozen=True)
class File:
    """A file of a layer."""

    content: bytes
    mode: int = 0o644  # as `chmod` takes it
    owner: int = 0


@dataclass(frozen=True)
class Image:
    """What an archive holds."""

    digest: str  # of the manifest; whoever names it gets these bytes and no others
    platform: str  # such as "linux/amd64"
    settings: dict[str, Any]  # User, Env, Entrypoint, Cmd, ExposedPorts, Healthcheck, Labels, ...
    history: list[str]  # what made each layer, and each setting
    layers: list[dict[str, File]] = field(repr=False)  # the lowest first, files by their path
    base_layers: int = 0  # how many of them, from the lowest, are the base's


def open_image(archive: bytes, base_layers: int | None = None) -> Image:
    """Read an OCI archive: index, manifest, settings, layers.

    How many layers are the base's is noted in archives of `write_image` only. Of any other say it:
    `podman image inspect BASE` lists those of the base under `RootFS`.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        names = [entry for entry in tar.getmembers() if entry.isfile()]
        parts = {entry.name.removeprefix("./"): tar.extractfile(entry).read() for entry in names}

    def blob(descriptor: Mapping[str, Any]) -> bytes:
        return parts["blobs/" + descriptor["digest"].replace(":", "/")]

    (descriptor,) = json.loads(parts["index.json"])["manifests"]
    manifest = json.loads(blob(descriptor))
    config = json.loads(blob(manifest["config"]))
    noted = manifest.get("annotations", {}).get(BASE_LAYERS, "0")
    return Image(
        digest=descriptor["digest"],
        platform=f"{config['os']}/{config['architecture']}",
        settings=config.get("config", {}),
        history=[step.get("created_by", "") for step in config.get("history", [])],
        layers=[read_layer(blob(layer)) for layer in manifest["layers"]],
        base_layers=int(noted) if base_layers is None else base_layers,
    )


def read_layer(blob: bytes) -> dict[str, File]:
    """Return the files of a layer by their paths; folders and links are left out."""
    with tarfile.open(fileobj=io.BytesIO(blob)) as tar:  # sees by itself whether it is compressed
        return {
            entry.name.removeprefix("./"): File(
                tar.extractfile(entry).read(), entry.mode, entry.uid
            )
            for entry in tar
            if entry.isfile()
        }


def write_image(
    layers: Sequence[Mapping[str, str | bytes | File]],
    settings: Mapping[str, Any],
    history: Sequence[str] = (),
    architecture: str = "amd64",
    compressed: bool = True,
    base_layers: int = 0,
) -> bytes:
    """Make an OCI archive; the same arguments give the same bytes."""
    plain = [_tar({path: _file(given) for path, given in layer.items()}) for layer in layers]
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": dict(settings),
        "rootfs": {"type": "layers", "diff_ids": [_digest(layer) for layer in plain]},
        "history": [{"created_by": step} for step in history],
    }
    blobs = [gzip.compress(layer, mtime=0) for layer in plain] if compressed else plain
    kind = "layer.v1.tar+gzip" if compressed else "layer.v1.tar"
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{MEDIA_TYPE}manifest.v1+json",
        "config": _descriptor(_json(config), "config.v1+json"),
        "layers": [_descriptor(blob, kind) for blob in blobs],
    }
    if base_layers:
        manifest["annotations"] = {BASE_LAYERS: str(base_layers)}
    described = _descriptor(_json(manifest), "manifest.v1+json")
    index = {"schemaVersion": 2, "manifests": [described]}
    parts = {"oci-layout": _json({"imageLayoutVersion": "1.0.0"}), "index.json": _json(index)}
    for blob in (*blobs, _json(config), _json(manifest)):
        parts["blobs/" + _digest(blob).replace(":", "/")] = blob
    return _tar({name: File(content) for name, content in parts.items()})


def _tar(files: Mapping[str, File]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, file in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode, entry.uid = len(file.content), file.mode, file.owner
            tar.addfile(entry, io.BytesIO(file.content))
    return buffer.getvalue()


def _file(given: str | bytes | File) -> File:
    if isinstance(given, File):
        return given
    return File(given.encode() if isinstance(given, str) else given)


def _json(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True).encode()


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _descriptor(blob: bytes, kind: str) -> dict[str, Any]:
    return {"mediaType": MEDIA_TYPE + kind, "digest": _digest(blob), "size": len(blob)}
