"""Event streams for pages of named origins: what CorsMiddleware does for all of Django."""

from django.conf import settings

from apps.common.bodies import Application, Message, Receive, Send


def across_origins(stream: Application, *, django: Application) -> Application:
    """`stream`, readable by pages of `CORS_ALLOWED_ORIGINS`; Django answers what they ask first."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            return await django(scope, receive, send)
        origin = dict(scope["headers"]).get(b"origin", b"")
        headers = [(b"vary", b"Origin")]
        if origin.decode("latin-1") in settings.CORS_ALLOWED_ORIGINS:
            headers.append((b"access-control-allow-origin", origin))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *headers]}
            await send(message)

        return await stream(scope, receive, send_with_headers)

    return answer
