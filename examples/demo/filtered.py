"""Comments that the rules of the demonstration hold: words of a list, a telephone number, a borrowed name, repeats."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from examples.demo.crowd import MODERATORS
from examples.demo.news import Article

from engagement_widgets.comments.display import find_links
from engagement_widgets.comments.rules.case import Examined
from engagement_widgets.comments.rules.editing import AddRules, Deed, add_rules
from engagement_widgets.comments.rules.exchange import draft_of_pack
from engagement_widgets.comments.rules.packs import packs
from engagement_widgets.comments.rules.ruleset import RuleSet, Written, load_rules
from engagement_widgets.comments.rules.similar import bands
from engagement_widgets.comments.search.words import indexed
from engagement_widgets.comments.service import Author, Edit, Submission, body_hash, edit_comment, submit_comment
from engagement_widgets.comments.traits import text_bits
from engagement_widgets.hooks import Moderation
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Tx

HELD: Final = (
    ("Tòa S0ạn", "Ban biên tập đề nghị bạn đọc gọi số này để nhận quà."),
    ("Hữu Phước", "Ai cần gỗ sến thì gọi em 0912 345 678, giá gốc tại xưởng."),
    ("Bảy Xuồng", "Kèo nhà cái hôm nay, vào soi c.ầ.u là trúng nha bà con."),
    ("Lê Mỹ Hạnh", "Chúc mừng bà con có chiếc thuyền mới, mong năm nay được mùa cá."),
    ("Trần Quốc Đạt", "Chúc mừng bà con có chiếc thuyền mới, mong năm nay được mùa tôm!"),
)
WAVE: Final = (
    ("Quà Tặng 24h", "Nhận ngay quà khủng khi đăng ký hôm nay, truy cập https://qua.example nhé cả nhà"),
    ("Minh Trang", "Nhận ngay quà xịn khi đăng ký hôm nay, truy cập https://qua.example nhé cả nhà"),
    ("Tuấn Kiệt", "nhan ngay qua khung khi dang ky hom nay, truy cap https://qua.example nhe ca nha"),
    ("Ngọc Hà", "Nhận ngay quà khủng khi đăng ký hôm nay, truy cập https://qua.example nhé cả nhà"),
    ("Hải Yến", "Nhận ngay quà khủng khi đăng ký hôm nay, truy cập https://qua.example nhé cả nhà 🎁"),
)
EDITED: Final = (
    "Nguyễn Kim Thoa",
    "Bài hay, mà chưa thấy nói giá.",
    "Bài hay, mà chưa thấy nói giá một chiếc là bao nhiêu.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The article they stand under, and when the demonstration was opened."""

    article: Article
    opened: datetime


def filter_some(tx: Tx, told: Filter) -> None:
    """Load the starter lists, and send what they and the built-in rules hold."""
    tx.now = told.opened - timedelta(minutes=30)
    drafts = [("", draft_of_pack(pack, pack.title)) for pack in packs()]
    add_rules(tx, AddRules(drafts=drafts, deed=Deed(actor=MODERATORS[0], why="Bộ quy tắc mẫu")))
    rules = load_rules(tx)
    for number, (name, body) in enumerate((*HELD, *WAVE)):
        tx.now = told.opened - timedelta(minutes=20 - number)
        submit_comment(tx, _submission(tx.site, told.article, rules, name, body))
    name, body, changed = EDITED
    sent = submit_comment(tx, _submission(tx.site, told.article, rules, name, body))
    tx.now += timedelta(minutes=2)
    edit = Edit(
        comment_id=sent.comment_id,
        author=Author(readers=(_reader(name),)),
        version=1,
        body=changed,
        body_hash=body_hash(changed),
        page=told.article.page,
        examined=_examined(rules, name, changed),
        moderation=Moderation.POST,
        trust_after=3,
        window=timedelta(minutes=15),
        waits=True,
    )
    edit_comment(tx, edit)
    tx.events.clear()


def _submission(site: str, article: Article, rules: RuleSet, name: str, body: str) -> Submission:
    return Submission(
        page=article.page,
        page_id=page_id(site, article.page.key),
        reader=_reader(name),
        name=name,
        email=None,
        body=body,
        body_hash=body_hash(body),
        words=indexed(name, body),
        examined=_examined(rules, name, body),
        moderation=Moderation.PRE,
        submission_key=body_hash(name)[:32],
    )


def _examined(rules: RuleSet, name: str, body: str) -> Examined:
    return Examined(
        rules=rules,
        findings=rules.read(Written(name=name, body=body)),
        bands=bands(body),
        traits=text_bits(body, has_link=bool(find_links(body))),
    )


def _reader(name: str) -> str:
    return f"r:{body_hash(name)[:40]}"
