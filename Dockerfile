# mailwatch as a container: a non-root user, a root file system that may be read-only.
#
#   docker build -t mailwatch .
#   docker run --rm --read-only --network none -v "$PWD/export:/mail:ro" mailwatch audit /mail
#
# A report goes to a volume that uid 10001 may write: -v "$PWD/rapport:/out" … audit /mail --out /out

FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
# The bootstrap of `make demo`: what is built is what developers run.
RUN scripts/bootstrap.sh \
    && .venv/bin/python -m hatchling build -t wheel \
    && python -m venv /opt/mailwatch \
    && /opt/mailwatch/bin/pip install --no-cache-dir --require-hashes -r requirements.txt \
    && /opt/mailwatch/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin mailwatch
COPY --from=build /opt/mailwatch /opt/mailwatch
ENV PATH=/opt/mailwatch/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /tmp
# Answers when the program, its rules and its calendars load. The service to come will say more of itself.
HEALTHCHECK --interval=5m --timeout=10s CMD ["mailwatch", "deadline", "2026-03-02", "--json"]
ENTRYPOINT ["mailwatch"]
CMD ["--help"]
