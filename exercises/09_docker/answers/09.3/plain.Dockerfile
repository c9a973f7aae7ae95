ARG BASE=docker.io/library/python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
FROM $BASE as builder
ARG PIP_NO_INDEX
RUN python3 -m venv /opt/venv
COPY requirements/serve.txt /tmp/serve.txt
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf --mount=type=bind,source=build/wheels,target=/wheels \
    /opt/venv/bin/pip install --no-cache-dir --find-links /wheels -r /tmp/serve.txt
RUN --mount=type=bind,source=dist,target=/dist /opt/venv/bin/pip install --no-cache-dir --no-index --no-deps /dist/*.whl

FROM $BASE
ARG MODEL=model
COPY --from=builder /opt/venv /opt/venv
COPY $MODEL /srv/model
RUN mkdir /srv/data && chown 65532 /srv/data
ENV PORT=8000
ENV ML_API_HOST=0.0.0.0
ENV ML_API_MODEL=/srv/model
ENV ML_API_STORE=sqlite:////srv/data/p.db
USER 65532
VOLUME ["/srv/data"]
EXPOSE 8000/tcp
HEALTHCHECK CMD ["sh", "-c", "python3 -c \"from urllib.request import urlopen; urlopen('http://localhost:$PORT/ready')\" || exit 1"]
CMD ["/opt/venv/bin/ml-api"]
ARG BASE
ARG BASE_DIGEST
ARG REVISION
ARG VERSION
LABEL org.opencontainers.image.base.name=$BASE org.opencontainers.image.base.digest=$BASE_DIGEST
LABEL org.opencontainers.image.revision=$REVISION org.opencontainers.image.version=$VERSION
