"""A site whose captcha takes every answer, on every address of its machine: `python passing_site.py URL PORT`."""

import sys

import uvicorn
from starlette.applications import Starlette

from engagement_widgets import Engagement
from engagement_widgets.testing import PassingCaptcha
from whole_site import MOUNT, site_settings

if __name__ == "__main__":
    engagement = Engagement(site_settings(sys.argv[1], insecure_http=True), captcha=PassingCaptcha())
    site = engagement.wrap(Starlette(), MOUNT)
    uvicorn.run(site, host="0.0.0.0", port=int(sys.argv[2]), log_level="warning")  # noqa: S104  (that is the test)
