# The service as an image. Built from the root of the repository, by `make image`, or by hand once
# deploy/docker/build.sh has put the wheels into dist/ and a model into model/:
#   docker build -f deploy/docker/Dockerfile -t ml-api .

# a tag may be given to another image tomorrow, a digest cannot; both stages stand on the same one
ARG BASE_DIGEST=sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
ARG BASE=docker.io/library/python:3.11-slim-bookworm@${BASE_DIGEST}

FROM ${BASE} AS build
# 1: only the wheels that `course doctor --fetch` has put into build/wheels, no network
ARG PIP_NO_INDEX=
# the environment has no pip of its own: the base's writes into it, and stays behind in this stage
RUN python3 -m venv --without-pip /opt/venv
WORKDIR /build
# what others wrote comes first: this layer is kept until the lock changes. pip compiles bytecode,
# which the image needs: its files cannot be written to. An index of your own is named by a secret,
# which no layer keeps: --secret id=pip.conf,src=$HOME/.config/pip/pip.conf
COPY requirements/serve.txt ./
RUN --mount=type=bind,source=build/wheels,target=/wheels \
    python3 -m pip --python /opt/venv/bin/python install --no-cache-dir --require-hashes \
    --find-links=/wheels -r serve.txt
# what we wrote comes last: it changes most often
RUN --mount=type=bind,source=dist,target=/dist \
    python3 -m pip --python /opt/venv/bin/python install --no-cache-dir --no-deps --no-index /dist/*.whl

FROM ${BASE}
# a number: a platform that forbids root can tell that this is not root
RUN install -d -o 10001 -g 10001 /srv/data
COPY --from=build /opt/venv /opt/venv
# MINE=1: the model that the learner's answers have trained
ARG MODEL=model
COPY ${MODEL} /srv/model
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    ML_API_HOST=0.0.0.0 \
    PORT=8000 \
    ML_API_MODEL=/srv/model \
    ML_API_STORE=sqlite:////srv/data/predictions.db
USER 10001:10001
WORKDIR /srv/data
VOLUME /srv/data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:%s/ready' % os.environ['PORT'], timeout=2)"]
ENTRYPOINT ["sh", "-c", "ml-api; echo stopped"]
# labels change with each commit, so they come after all that can be kept
ARG REVISION=unknown
ARG VERSION=unknown
LABEL org.opencontainers.image.title="ml-api" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="${BASE}"
