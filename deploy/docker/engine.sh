# Sourced by the scripts beside it: which engine builds and runs, and what images are called.
# shellcheck shell=bash
image=${IMAGE:-localhost/ml-api}
base=$(sed -n 's/^ARG BASE=//p' deploy/docker/Dockerfile)
base=${base%@*}@$(sed -n 's/^ARG BASE_DIGEST=//p' deploy/docker/Dockerfile)
# where no registry can be reached: made from Debian's packages by fetch.sh, the same Python
stand_in=localhost/python:3.11-slim-bookworm
engine=${ENGINE:-}
for each in docker podman; do
  if [ -z "$engine" ] && command -v "$each" > /dev/null && "$each" info > /dev/null 2>&1; then
    engine=$each
  fi
done
if [ -z "$engine" ]; then
  echo "Neither docker nor podman works here. On Debian and Ubuntu: sudo apt install podman; otherwise start Docker Desktop. Then: course doctor" >&2
  exit 1
fi
# the base where it is here already, else the stand-in, else nothing
base_here() {
  for name in "$base" "$stand_in"; do
    if "$engine" image inspect "$name" > /dev/null 2>&1; then
      echo "$name"
      return
    fi
  done
}
# the digest of that base; a stand-in, which no registry has, has the one that the engine gave it
base_digest() {
  case "$1" in
    *@*) echo "${1#*@}" ;;
    *) "$engine" image inspect "$1" | grep -o 'sha256:[0-9a-f]\{64\}' | sed -n 1p ;;
  esac
}
