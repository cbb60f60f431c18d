# Groundwork in one image. Build: docker build -t groundwork .   Run: see compose.yaml.
# Everything is trained while building, so that a container starts in seconds and writes /data alone.
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 RASA_TELEMETRY_ENABLED=false HF_HUB_OFFLINE=1
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN useradd --system --uid 10001 --home-dir /app groundwork \
    && mkdir -p /app /data \
    && chown 10001 /app /data
USER 10001
WORKDIR /app
COPY --chown=10001 pyproject.toml README.md LICENSE ./
COPY --chown=10001 requirements requirements
COPY --chown=10001 scripts scripts
COPY --chown=10001 bot bot
COPY --chown=10001 actions actions
COPY --chown=10001 knowledge knowledge
COPY --chown=10001 data data
COPY --chown=10001 config.yml domain.yml endpoints.yml credentials.yml ./
RUN python3.11 scripts/install.py \
    && .venv/bin/groundwork train
ENV GROUNDWORK_DATA_DIR=/data GROUNDWORK_HOST=0.0.0.0 GROUNDWORK_PORT=8000
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s \
    CMD ["/app/.venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["/app/.venv/bin/groundwork"]
CMD ["serve"]
