"""Comments for tests: what a test does not name is filled in with something plausible and unlike the last one."""

from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID

from engagement_widgets.comments.display import count_links
from engagement_widgets.comments.rules.case import Examined
from engagement_widgets.comments.rules.rule import BUILT_IN, Finding
from engagement_widgets.comments.rules.ruleset import RuleSet, Written, load_rules
from engagement_widgets.comments.rules.similar import bands
from engagement_widgets.comments.search.words import indexed
from engagement_widgets.comments.service import (
    Decide,
    Decided,
    Status,
    Submission,
    Submitted,
    body_hash,
    decide,
    queue_item,
    submit_comment,
)
from engagement_widgets.comments.traits import text_bits
from engagement_widgets.hooks import DeskUser, Moderation, Page, Role
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage

SITE = "test"
PAGE = Page(key="tin/cho-ben-da", url="https://bao.example/tin/cho-ben-da", title="Chợ Bến Đá", section="doi-song")
OTHER_PAGE = Page(key="tin/xe-buyt", url="https://bao.example/tin/xe-buyt", title="Xe buýt số 3")
MAI = DeskUser(id="mai", name="Mai", role=Role.MODERATOR)
HA = DeskUser(id="ha", name="Hà", role=Role.ADMIN)
LAN = DeskUser(id="lan", name="Lan", role=Role.MODERATOR)

BUILT_IN_RULES = RuleSet(0, BUILT_IN.values())

_numbers = count(1)


def examined(
    name: str, body: str, rules: RuleSet = BUILT_IN_RULES, *, compared: bool = False, findings: Sequence[Finding] = ()
) -> Examined:
    """What rules find in a text, and what else a test has found; it is compared with others where a test says so."""
    found = rules.read(Written(name=name, body=body))
    return Examined(
        rules=rules,
        findings=(*found, *findings),
        bands=bands(body) if compared else (),
        traits=text_bits(body, has_link=bool(count_links(body))),
    )


def submission(*, page: Page = PAGE, **values: Any) -> Submission:
    """A comment on its way in, by a reader of its own; `rules`, `compared` and `findings` are those of `examined`."""
    number = next(_numbers)
    body = values.pop("body", f"Ý kiến thứ {number} về chợ")
    defaults: dict[str, Any] = {
        "reader": f"r:reader{number}",
        "name": "Nguyễn Văn Ánh",
        "email": None,
        "moderation": Moderation.PRE,
        "submission_key": f"key-{number:022d}",
    }
    looked = {name: values.pop(name) for name in ("rules", "compared", "findings") if name in values}
    name = values.get("name", defaults["name"])
    defaults["examined"] = examined(name, body, **looked)
    return Submission(
        page=page,
        page_id=page_id(SITE, page.key),
        body=body,
        body_hash=body_hash(body),
        words=indexed(name, body),
        **(defaults | values),
    )


def post(storage: Storage, **values: Any) -> Submitted:
    """Post one comment, examined with the rules as they stand."""
    rules = values.pop("rules", None) or storage.read_sync(load_rules, None)
    return storage.write_sync(submit_comment, submission(**values, rules=rules))


def move(
    storage: Storage, comment_id: UUID, status: Status, *, actor: DeskUser = MAI, note: str | None = None
) -> Decided:
    """Decide about a comment, whatever its version."""
    version = storage.read_sync(queue_item, comment_id).version
    command = Decide(comment_id=comment_id, version=version, status=status, actor=actor, note=note)
    return storage.write_sync(decide, command)


def approved(storage: Storage, **values: Any) -> UUID:
    """Post a comment and approve it."""
    comment_id = post(storage, **values).comment_id
    move(storage, comment_id, Status.APPROVED)
    return comment_id
