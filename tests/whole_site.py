"""The whole library mounted in a host, on a database that holds one of everything, and the people who visit it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from comment_factory import MAI, OTHER_PAGE, PAGE, move, post
from desk_factory import add_account, open_token, with_factor
from engagement_widgets import Engagement, Page, Settings
from engagement_widgets.app.assembly import every_route
from engagement_widgets.captcha.tables import challenges
from engagement_widgets.comments.blocks import BlockWriter, Target, block_writer
from engagement_widgets.comments.emergencies import HoldAll, Scope, hold_all
from engagement_widgets.comments.letters.addresses import GiveAddress, Proof, address_hash, give_address
from engagement_widgets.comments.letters.tokens import LetterToken, sign_token
from engagement_widgets.comments.service import DecideGroup, Status, decide_group
from engagement_widgets.comments.states import Effect
from engagement_widgets.desk.author_notes import AddNote, add_note
from engagement_widgets.desk.gate import COOKIE as DESK_COOKIE
from engagement_widgets.desk.invitations import Invite, invite, link_token
from engagement_widgets.desk.page_deeds import PageDeed, update_page
from engagement_widgets.desk.tables import sessions
from engagement_widgets.hooks import Role
from engagement_widgets.kernel.signing import Secrets, reader_hash
from engagement_widgets.links.commands import AddGroup, AddLink, LinkFields, SetVisibility
from engagement_widgets.links.service import add_group, add_link, set_visibility
from engagement_widgets.pages.reference import make_reference, page_id
from engagement_widgets.pages.service import ensure_page
from engagement_widgets.ratings.commands import DecideRating
from engagement_widgets.ratings.decisions import freeze, reopen
from engagement_widgets.ratings.notes import WriteNote, write_note
from engagement_widgets.ratings.service import CastRating, cast
from engagement_widgets.settings import Worker
from engagement_widgets.storage.schema import metadata
from engagement_widgets.storage.tables import quotas
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import KNOWN_CODE, FakeClock, KnownChallenges, issue_known
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import COOKIE as READER_COOKIE
from engagement_widgets.web.identity import cookie_name, reader_token
from engagement_widgets.web.throttle import RATES, Rate
from judgement_factory import opened
from rule_factory import add, words

KEY: Final = "k" * 32
MOUNT: Final = "/engagement"
BASE: Final = f"http://127.0.0.1{MOUNT}"
OURS: Final = {"sec-fetch-site": "same-origin"}
READER: Final = bytes(range(16))
READER_NAME: Final = f"r:{reader_hash(READER)}"
LOGIN: Final = "mai"
TWO_STEPS: Final = "to"
GROUP: Final = "bao-ban"
DAY: Final = date(2026, 7, 1)
NOTE: Final = "Đây là góp ý riêng cho tòa soạn"

Ids = Mapping[str, tuple[str, ...]]
"""What can stand in the address of a route, by the name of its parameter."""

Dump = Mapping[str, list[str]]
"""Every row of every table, as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One booted instance with something of everything in its database.

    Attributes:
        app: the host's app.
        ids: what can stand in addresses.
        comments: one comment of each status, all by `READER`.
        token: of an admin's session at the desk.
    """

    engagement: Engagement
    app: ASGIApp
    clock: FakeClock
    ids: Ids
    comments: Mapping[Status, UUID]
    token: str

    @property
    def ctx(self) -> Context:
        """The parts of the instance."""
        return self.engagement.boot()

    @property
    def storage(self) -> Storage:
        """Its database."""
        return self.ctx.storage


def site_settings(database_url: str, **values: Any) -> Settings:
    """Settings of the site `test` whose events wait in the outbox and which asks for notes."""
    return Settings(
        **{
            "database_url": database_url,
            "secret_keys": (KEY,),
            "site": "test",
            "worker": Worker.OFF,
            "rating_note": True,
            **values,
        }
    )


def open_site(settings: Settings, clock: FakeClock, **hooks: Any) -> Site:
    """Mount, boot and fill."""
    engagement = Engagement(settings, clock=clock, **hooks)
    app = engagement.wrap(Starlette(), MOUNT)
    ctx = engagement.boot()
    unthrottle(ctx)
    comments = {status: _comment(ctx.storage, status) for status in Status}
    admin = add_account(ctx.storage, login=LOGIN, role=Role.ADMIN)
    return Site(
        engagement=engagement,
        app=app,
        clock=clock,
        ids=_fill(ctx, comments),
        comments=comments,
        token=open_token(ctx.storage, admin),
    )


def unthrottle(ctx: Context) -> None:
    """Lift the limits in memory: they go by real time, which no test can move."""
    ctx.throttle._rates = dict.fromkeys(RATES, Rate(100_000, 60))


def words_of(status: Status) -> str:
    """What the comment of a status says."""
    return f"Đây là bình luận ở trạng thái {status.value}, hỏi thêm qua 0912 345 678"


def name_of(status: Status) -> str:
    """Who wrote the comment of a status."""
    return f"Bạn đọc {status.value}"


def _comment(storage: Storage, status: Status) -> UUID:
    comment_id = post(storage, reader=READER_NAME, name=name_of(status), body=words_of(status)).comment_id
    if status is not Status.PENDING:
        move(storage, comment_id, status)
    return comment_id


def _fill(ctx: Context, comments: Mapping[Status, UUID]) -> Ids:
    storage = ctx.storage
    rating_undo = _rate(storage)
    reply = post(storage, parent=comments[Status.APPROVED], body="Một trả lời").comment_id
    undo = move(storage, reply, Status.APPROVED).undo_id
    group = storage.write_sync(add_group, AddGroup(actor=MAI, name=GROUP, title="Báo bạn"))
    shown, hidden = (
        storage.write_sync(
            add_link,
            AddLink(actor=MAI, group_id=group, fields=LinkFields(title=f"Báo {name}", url=f"https://{name}.example/")),
        )
        for name in ("a", "b")
    )
    storage.write_sync(set_visibility, SetVisibility(actor=MAI, link_id=hidden, version=1, hidden=True))
    case = opened(storage, reply, reader=READER_NAME, hides=False)
    asked = GiveAddress(address="mai@thu.example", proof=Proof.TYPED, comment_id=comments[Status.PENDING], network=None)
    storage.write_sync(give_address, asked)
    colleague = add_account(storage, login="lan")
    open_token(storage, colleague)
    with_factor(storage, ctx.secrets, add_account(storage, login=TWO_STEPS))
    note = storage.write_sync(add_note, AddNote(comment_id=comments[Status.PENDING], body="Hay hỏi lại", actor=MAI))
    link = storage.write_sync(invite, Invite(account_id=colleague.id, actor=MAI)).link_id
    return {
        "page_id": (str(page_id("test", PAGE.key)), str(page_id("test", OTHER_PAGE.key))),
        "comment_id": tuple(map(str, (*comments.values(), reply))),
        "root_id": (str(comments[Status.APPROVED]),),
        "challenge_id": (challenge(ctx), challenge(ctx, spoken=True)),
        "link_id": (str(shown), str(hidden)),
        "group_id": (str(group),),
        "group": (GROUP, "all"),
        "account_id": (str(colleague.id),),
        "note_id": (str(note.id),),
        "invitation": (link_token(ctx.secrets, link),),
        "session_id": (str(storage.read_sync(_session_of, colleague.id)),),
        "undo_id": (str(undo),),
        "rating_undo_id": (str(rating_undo),),
        **_pile(storage),
        "case_id": (str(case.case_id),),
        **_filter(storage),
        "page_undo_id": (str(_tell_anew(storage)),),
        "token": (letter_token(ctx, "mai@thu.example", comments[Status.PENDING]),),
    }


def _pile(storage: Storage) -> Ids:
    """Two comments that say the same and wait, and a decision about two others."""
    piles = []
    for said in ("Nhận ngay quà khủng khi đăng ký hôm nay", "Cả nhà ơi vào đây nhận quà tháng bảy nhé"):
        piles.append(post(storage, body=said, compared=True).comment_id)
        post(storage, body=said, compared=True)
    command = DecideGroup(group_id=piles[1], seen=storage.clock.now(), status=Status.SPAM, actor=MAI)
    return {"pile_id": (str(piles[0]),), "pile_undo_id": (str(storage.write_sync(decide_group, command).undo_id),)}


def _tell_anew(storage: Storage) -> UUID | None:
    """The other page exists, and was told anew."""
    storage.write_sync(ensure_page, OTHER_PAGE)
    changes = {"title": "Xe buýt số 3, tuyến mới"}
    deed = PageDeed(page_id=page_id("test", OTHER_PAGE.key), actor=MAI, changes=changes)
    return storage.write_sync(update_page, deed).undo_id


def _filter(storage: Storage) -> Ids:
    """A rule and a block, of somebody who writes nothing here, each changed once."""
    rule = add(storage, words("cá độ bóng đá"))
    target = Target(user="spammer")
    block = BlockWriter(target=target, effect=Effect.HOLD, until=None, note="", actor=MAI)
    blocked = storage.write_sync(block_writer, block)
    until = storage.clock.now() + timedelta(hours=3)
    hold = HoldAll(scope=Scope.SECTION, target="thoi-su", until=until, reason="", banner="", actor=MAI)
    storage.write_sync(hold_all, hold)
    assert blocked.block is not None
    return {
        "rule_id": (rule.rules[0].id,),
        "rule_undo_id": (str(rule.undo_id),),
        "block_id": (str(blocked.block.id),),
        "block_undo_id": (str(blocked.undo_id),),
    }


def _rate(storage: Storage) -> UUID | None:
    """A vote of four stars with a note from when it was lower; the page was frozen once and is open again."""
    identity = page_id("test", PAGE.key)
    storage.write_sync(cast, CastRating(page=PAGE, voter=READER_NAME, score=2, day=DAY, quota="q"))
    storage.write_sync(write_note, WriteNote(page_id=identity, voter=READER_NAME, text=NOTE, quota="q"))
    storage.write_sync(cast, CastRating(page=PAGE, voter=READER_NAME, score=4, day=DAY, quota="q"))
    storage.write_sync(freeze, DecideRating(page_id=identity, version=0, actor=MAI))
    return storage.write_sync(reopen, DecideRating(page_id=identity, version=1, actor=MAI)).undo_id


def _session_of(tx: Tx, account_id: UUID) -> UUID:
    found: UUID = tx.execute(select(sessions.c.id).where(sessions.c.account_id == account_id)).scalar_one()
    return found


def reference(ctx: Context, page: Page = PAGE) -> str:
    """What an article carries."""
    return make_reference(ctx.secrets, "test", page)


def challenge(ctx: Context, page: Page = PAGE, *, spoken: bool = False, purpose: str = "comment") -> str:
    """A challenge whose answer is `KNOWN_CODE`, and `KNOWN_DIGITS` where it speaks."""
    known = KnownChallenges(secrets=Secrets((KEY,)), purpose=purpose, page_id=page_id("test", page.key), spoken=spoken)
    return str(ctx.storage.write_sync(issue_known, known)[0])


def letter_token(ctx: Context, address: str, comment_id: UUID) -> str:
    """What stands in the links of a letter to this address about this comment."""
    token = LetterToken(address_hash=address_hash(address), comment_id=comment_id, locale="vi")
    return sign_token(ctx.secrets, token)


def comment_fields(ctx: Context, page: Page = PAGE, **fields: str) -> dict[str, str]:
    """A comment as a reader sends it, with a right code."""
    return {
        "page": reference(ctx, page),
        "name": "Trần Thị Mai",
        "body": "Mong ban quản lý nhắn qua loa chợ.",
        "challenge": challenge(ctx, page),
        "code": KNOWN_CODE,
        **fields,
    }


def stranger(app: ASGIApp, **headers: str) -> httpx.AsyncClient:
    """A browser without cookies, that posts from our own pages."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url=BASE, headers={**OURS, "accept": "text/html", **headers}
    )


def reader(site: Site, **headers: str) -> httpx.AsyncClient:
    """The browser that wrote the comments and the vote."""
    client = stranger(site.app, **headers)
    _keep(client, READER_COOKIE, reader_token(site.ctx.secrets, READER))
    return client


def moderator(site: Site, **headers: str) -> httpx.AsyncClient:
    """An admin's browser at the desk, and as a program at the desk's API."""
    client = stranger(site.app, **{"authorization": f"Bearer {site.token}", **headers})
    _keep(client, DESK_COOKIE, site.token)
    return client


def _keep(client: httpx.AsyncClient, name: str, value: str) -> None:
    """A cookie under both of its names: which one counts depends on the site's `public_url`."""
    for https in (False, True):
        client.cookies.set(cookie_name(name, https=https), value)


def every_address(site: Site) -> list[tuple[str, frozenset[str], list[str]]]:
    """Every route: its path, its methods, and the addresses that real ids make of it."""
    found = []
    for route in every_route(site.ctx):
        assert isinstance(route, Route)
        found.append((route.path, frozenset(route.methods or ()), _addresses(route, site.ids)))
    return found


def _addresses(route: Route, ids: Ids) -> list[str]:
    addresses = [route.path_format]
    for name in route.param_convertors:
        assert name in ids, f"say in whole_site what can stand for {{{name}}} of {route.path}"
        addresses = [address.replace(f"{{{name}}}", value) for address in addresses for value in ids[name]]
    return addresses


def dump(tx: Tx, left_out: frozenset[str]) -> Dump:
    """Every row, but quotas, the tables named, and when a session was last seen."""
    exempt = {sessions.c.last_seen_at}
    return {
        table.name: sorted(
            repr(row) for row in tx.execute(select(*(column for column in table.c if column not in exempt)))
        )
        for table in metadata.sorted_tables
        if table is not quotas and table.name not in left_out
    }


def rows(site: Site, *, challenges_too: bool = True) -> Dump:
    """Every row of the site's database. A form that comes back brings a new captcha: leave those out there."""
    left_out = frozenset[str]() if challenges_too else frozenset({challenges.name})
    return site.storage.read_sync(dump, left_out)
