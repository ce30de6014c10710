"""The dashboard: one page for every address, which finds its way by itself."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>CVD-MIS</title></head>
<body><h1>CVD-MIS</h1>
<p>The pages have not been built. Run <code>make run</code>, or
<code>npm ci &amp;&amp; npm run build</code> in <code>frontend/</code>, and start again.</p>
<p>页面尚未构建：请运行 <code>make run</code>，或在 <code>frontend/</code> 中运行
<code>npm ci &amp;&amp; npm run build</code>，然后重新启动。</p>
<p>The API works: <a href="/api/docs/">/api/docs/</a></p></body></html>
"""


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    try:
        page = (settings.FRONTEND_DIST / "index.html").read_bytes()
    except FileNotFoundError:
        return HttpResponse(NOT_BUILT, status=503)
    # its assets are named by their content, so only the page itself has to be asked for again
    return HttpResponse(page, headers={"Cache-Control": "no-cache"})
