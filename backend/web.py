"""The web server: `python -m backend.web [--host 127.0.0.1] [--port 8000]`.

Uvicorn holds back the socket in both directions (docs/decisions/0001-uvicorn.md): the body of an
upload and the bytes of a video of many gigabytes pass through without ever lying in memory.
"""

import argparse

import uvicorn

# Event streams never end by themselves: so long they may go on after a SIGTERM.
SHUTDOWN_TIMEOUT_S = 3
# Longer than a proxy in front keeps its idle connections, so that it never meets a closed one.
KEEP_ALIVE_TIMEOUT_S = 75


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    uvicorn.run(
        "backend.asgi:application",
        host=given.host,
        port=given.port,
        lifespan="off",
        ws="none",
        http="httptools",
        loop="asyncio",
        log_config=None,  # Django's settings say where logs go,
        access_log=False,  # and a middleware writes one line for each request
        proxy_headers=False,  # TRUSTED_PROXIES decides what is believed
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_TIMEOUT_S,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
    )


if __name__ == "__main__":
    main()
