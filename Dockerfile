# Proctor in a container, for systems whose own jail is not enough; docs/security.md says how to start it.
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 instructor
WORKDIR /proctor
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/proctor \
    && /opt/proctor/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY proctor proctor
RUN /opt/proctor/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/proctor/bin/python -m compileall -q -j 0 /opt/proctor/lib

ENV PATH=/opt/proctor/bin:$PATH
USER instructor
WORKDIR /course
ENTRYPOINT ["proctor"]
CMD ["doctor"]
