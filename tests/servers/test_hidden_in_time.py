"""After a complaint the words are gone from everywhere within five seconds, also from an nginx cache in front."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from comment_factory import PAGE, approved
from engagement_widgets.app.assembly import make_storage
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.pages.reference import page_id
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Storage
from judgement_factory import opened
from serving import free_port, served

WORDS = "Lời vu khống chỉ có ở đây"
SECONDS = 5.0
ARTICLE = "/tin/cho-ben-da"

APPLICATION = '''
import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from engagement_widgets import Engagement, Page, Settings

FRONT = "{front}"
PAGE = Page(key="tin/cho-ben-da", url="https://bao.example{article}", title="Chợ Bến Đá", section="doi-song")


async def purge(urls, /):
    """Removes what nginx keeps of these addresses: a file named after the MD5 of its key."""
    for url in urls:
        parts = urlsplit(url)
        key = parts.path + (f"?{{parts.query}}" if parts.query else "")
        name = hashlib.md5(key.encode()).hexdigest()
        Path("{cache}", name[-1], name[-3:-1], name).unlink(missing_ok=True)


engagement = Engagement(Settings(database_url="{database}", secret_keys=("{key}",), site="test",
                                 public_url=FRONT + "/engagement"), purger=purge)


async def article(request):
    widgets = await engagement.widgets(PAGE)
    return HTMLResponse(str(widgets.head) + str(widgets.comments), headers={{"Cache-Control": "public, max-age=600"}})


app = Starlette(routes=[Route("{article}", article)])
engagement.install(app, "/engagement")
'''

NGINX = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache levels=1:2 keys_zone=all:1m use_temp_path=off;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header Host $http_host;
      proxy_cache all;
      proxy_cache_key $request_uri;
      add_header X-Cache $upstream_cache_status;
    }}
    location ~ ^/engagement/(api|feeds?|recent) {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header Host $http_host;
    }}
  }}
}}
"""


@pytest.fixture
def nginx() -> str:
    """The server's program, where it is installed (tests/prepare.sh does)."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert found is not None, "nginx is missing: tests/prepare.sh test installs it"
    return found


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    """The database that the server will use."""
    settings = Settings(database_url=f"sqlite:///{tmp_path}/engagement.db", secret_keys=("k" * 32,), site="test")
    made = make_storage(settings, SystemClock())
    made.boot()
    yield made
    made.close()


@pytest.mark.servers
def test_hidden_words_are_gone_everywhere_within_seconds(tmp_path: Path, storage: Storage, nginx: str) -> None:
    """Article, fragments, feed, list, search, recent comments and figures; before, the cache really had kept them."""
    port, behind = free_port(), free_port()
    front = f"http://127.0.0.1:{port}"
    told = {"front": front, "article": ARTICLE, "cache": tmp_path / "cache", "key": "k" * 32}
    (tmp_path / "application.py").write_text(
        APPLICATION.format(**told, database=f"sqlite:///{tmp_path}/engagement.db"), encoding="utf-8"
    )
    user = "user root;" if os.geteuid() == 0 else ""  # else its workers could not write into this folder
    (tmp_path / "nginx.conf").write_text(
        NGINX.format(folder=tmp_path, port=port, behind=behind, user=user), encoding="utf-8"
    )
    comment = approved(storage, body=WORDS)
    approved(storage, body="Một lời khác vẫn ở lại")
    server = [sys.executable, "-m", "uvicorn", "application:app", "--port", str(behind), "--log-level", "warning"]
    with (
        served(
            server,
            url=f"http://127.0.0.1:{behind}/engagement/health",
            log=tmp_path / "server.log",
            folder=tmp_path,
            environment=os.environ,
        ),
        served([nginx, "-c", f"{tmp_path}/nginx.conf"], url=front, log=tmp_path / "nginx.out", environment=os.environ),
    ):
        addresses = places(front)
        for address in (*addresses, *addresses):
            assert WORDS in httpx.get(address, timeout=5).text, address
        assert httpx.get(addresses[0], timeout=5).headers["x-cache"] == "HIT"
        began = time.monotonic()
        opened(storage, comment)
        left = addresses
        while left and time.monotonic() < began + SECONDS:
            left = [address for address in left if WORDS in httpx.get(address, timeout=5).text]
        assert left == []
        assert httpx.get(addresses[-1], timeout=5).json()["count"] == 1
        assert "Một lời khác vẫn ở lại" in httpx.get(addresses[0], timeout=5).text


def places(front: str) -> list[str]:
    """Where the words can be read."""
    page = page_id("test", PAGE.key)
    mount = f"{front}/engagement"
    return [
        front + ARTICLE,
        f"{mount}/fragments/{page}/comments.html",
        f"{mount}/fragments/{page}/comments.json",
        f"{mount}/fragments/recent/comments.html",
        f"{mount}/fragments/recent/comments.json",
        f"{mount}/feeds/comments.atom",
        f"{mount}/api/v1/recent-comments",
        f"{mount}/api/v1/comments/search?q=vu+khong",
        f"{mount}/api/v1/pages/{page}/comments",
    ]
