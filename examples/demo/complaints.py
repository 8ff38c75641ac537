"""Notices of unlawful content: one is open and due within hours, one from outside was decided the day before."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from examples.demo.crowd import MODERATORS

from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.cases.opening import OpenCase, open_case
from engagement_widgets.comments.cases.states import Channel
from engagement_widgets.storage.units import Tx

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
NOTICED: Final = timedelta(hours=19)  # before the demonstration was opened
DEADLINE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaints:
    """What they are about, and when the demonstration was opened."""

    open_about: UUID
    decided_about: UUID
    opened: datetime


def complain(tx: Tx, told: Complaints) -> None:
    """Open both cases, and decide the older one."""
    tx.now = told.opened - 2 * DEADLINE
    about = told.decided_about
    decided = open_case(tx, _case(told, about, Channel.LETTER, "Ban quản lý bến", "Đơn đề nghị gỡ lời nói về bến cá."))
    tx.now += DEADLINE / 4
    decision = DecideCase(
        case_id=decided.case_id,
        version=1,
        decision=CaseDecision.REJECTED,
        actor=MODERATORS[0],
        note="Bình luận nêu ý kiến riêng, không sai sự thật.",
    )
    decide_case(tx, decision)
    tx.now = told.opened - NOTICED
    said = "Bình luận nêu sai chuyện làm ăn của gia đình, đề nghị gỡ."
    open_case(tx, _case(told, told.open_about, Channel.FORM, "Lê Thị Thu", said))
    tx.now = told.opened


def _case(told: Complaints, about: UUID, channel: Channel, name: str, statement: str) -> OpenCase:
    """Somebody complains about one comment."""
    reader = f"r:{channel.value}"
    return OpenCase(
        comment_ids=(about,),
        name=name,
        email="khieu.nai@thu.example",
        phone=None,
        statement=statement,
        reader=reader,
        address_hash=hashlib.sha256(reader.encode()).hexdigest(),
        is_new=True,
        hides=True,
        deadline=DEADLINE,
        year=told.opened.astimezone(ZONE).year,
        channel=channel,
        actor=None if channel is Channel.FORM else MODERATORS[0],
    )
