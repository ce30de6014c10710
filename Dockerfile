# The pages, built once; then one image for web, workers and beat.
#   docker build -t cvd-mis .                       for CPUs
#   docker build -t cvd-mis:gpu --build-arg GPU=1 . with CUDA (needs the NVIDIA container toolkit)

FROM node:20-bookworm-slim AS pages
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.12-slim-bookworm
ARG GPU=
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    CVD_DATA_DIR=/data \
    CVD_LOG_FORMAT=json \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility,video

WORKDIR /app
COPY pyproject.toml constraints.txt ./
COPY tools/requirements.py tools/
RUN python tools/requirements.py ${GPU:+--gpu} > requirements.txt \
    && pip install --only-binary=:all: -c constraints.txt -r requirements.txt \
    && rm requirements.txt

COPY manage.py ./
COPY backend/ backend/
COPY apps/ apps/
COPY workers/ workers/
COPY --from=pages /src/frontend/dist frontend/dist
RUN python -m compileall -q backend apps workers \
    && useradd --system --uid 10001 --create-home cvd \
    && install -d -o cvd -g cvd /data

USER cvd
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["python", "-m", "backend.web", "--host", "0.0.0.0", "--port", "8000"]
