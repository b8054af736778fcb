# ClanStats in a container: not root, nothing is written but /data and /tmp. See docs/hosting.md.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY bot ./bot
COPY cogs ./cogs
COPY storage ./storage
COPY wom ./wom
COPY migrations ./migrations
RUN python -m venv /opt/clanstats \
    && /opt/clanstats/bin/python -m pip install --no-cache-dir -c constraints.txt ".[postgresql]"

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 clanstats \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent clanstats \
    && install -d -o 10001 -g 10001 -m 700 /data
COPY --from=build /opt/clanstats /opt/clanstats
ENV PATH="/opt/clanstats/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5m --timeout=30s --start-period=15m --retries=3 \
    CMD ["clanstats", "watchdog", "--once", "--quiet", "--after", "15m"]
ENTRYPOINT ["clanstats"]
CMD ["run"]
