"""Another server process on the same database: `python captcha_peer.py URL CODE CHALLENGE…` answers each once.

Says `ready`, waits for a line, then prints how many of its posts were accepted.
"""

import asyncio
import sys

from starlette.applications import Starlette

from captcha_ways import JSON
from comment_factory import PAGE
from engagement_widgets import Engagement
from engagement_widgets.comments.fields import new_submission_key
from engagement_widgets.kernel.clock import SystemClock
from whole_site import MOUNT, reference, site_settings, stranger, unthrottle


async def answer(url: str, code: str, challenges: list[str]) -> int:
    """Post a comment for each challenge, all at once."""
    engagement = Engagement(site_settings(url), clock=SystemClock())
    app = engagement.wrap(Starlette(), MOUNT)
    ctx = engagement.boot()
    unthrottle(ctx)
    fields = {"page": reference(ctx, PAGE), "name": "Tiến Trình", "body": "Từ một tiến trình khác", "code": code}
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    async with stranger(app, **JSON) as client:
        answers = await asyncio.gather(
            *(
                client.post("/comments", data={**fields, "challenge": one, "submission_key": new_submission_key()})
                for one in challenges
            )
        )
    engagement.close()
    return sum(one.status_code == 201 for one in answers)


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(answer(sys.argv[1], sys.argv[2], sys.argv[3:]))}\n")
