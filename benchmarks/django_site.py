"""A Django site with nothing but django-simple-captcha, as fast as its settings make it.

Run by the Python of that library's own environment: `asgi` for uvicorn, `wsgi` for gunicorn, `main` to make its tables.
"""

import os
import secrets

import django  # type: ignore[import-not-found, unused-ignore]
from django.conf import settings  # type: ignore[import-not-found, unused-ignore]
from django.core.asgi import get_asgi_application  # type: ignore[import-not-found, unused-ignore]
from django.core.management import call_command  # type: ignore[import-not-found, unused-ignore]
from django.core.wsgi import get_wsgi_application  # type: ignore[import-not-found, unused-ignore]
from django.http import HttpResponse  # type: ignore[import-not-found, unused-ignore]
from django.urls import include, path  # type: ignore[import-not-found, unused-ignore]

settings.configure(
    SECRET_KEY=secrets.token_hex(),
    INSTALLED_APPS=["captcha"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    LOGGING_CONFIG=None,
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DJANGO_DATABASE"],
            "CONN_MAX_AGE": None,
            # no commit waits for the disk, which Django does not do by itself
            "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", "timeout": 20},
        }
    },
)
django.setup()
urlpatterns = [path("captcha/", include("captcha.urls")), path("health", lambda _: HttpResponse("ready"))]
asgi = get_asgi_application()
wsgi = get_wsgi_application()

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
