"""The site that is measured: its key, its articles, what people write there."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from engagement_widgets import Page
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.reference import make_reference
from engagement_widgets.storage.units import Storage

SITE: Final = "bench"
KEYS: Final = ("the key of the benchmark guards nothing at all",)
SECRETS: Final = Secrets(KEYS)
PREFIX: Final = "/engagement"
"""Where the widgets are mounted when they are not the root application."""

LIVE: Final = "live/"
"""Pages whose key begins so publish a comment at once; the others hold it for a moderator."""

_SENTENCES: Final = (
    "Bài viết rất kịp thời, mong tòa soạn theo dõi tiếp.",
    "Tôi sống ở khu này hơn hai mươi năm mà chưa bao giờ thấy nước lên nhanh như vậy.",
    "Cảm ơn phóng viên đã đi tận nơi để hỏi chuyện bà con.",
    "Theo tôi, phần số liệu nên có thêm nguồn để người đọc tự kiểm chứng.",
    "Hình chụp đẹp quá, nhất là tấm ở bến phà lúc sáng sớm!",
    "Không đồng ý với ý kiến ở đoạn cuối, vì chi phí sửa chữa mới là chuyện chính.",
    "Ai từng đi chuyến này vào mùa nước nổi thì sẽ hiểu cảm giác đó.",
    "Mong thành phố sớm có phương án, chứ cứ hẹn mãi thì dân biết trông vào đâu?",
    "Con tôi học ở trường gần đó, sáng nào cũng phải đi vòng thêm ba cây số.",
    "Đọc xong thấy ấm lòng.",
    "Chỗ này ngày xưa là ruộng muối, bây giờ thì hòa vào phố mất rồi.",
    "Đề nghị tòa soạn viết thêm về giá vé, vì tháng trước đã tăng một lần.",
)


def article(key: str) -> Page:
    """An article of the site."""
    return Page(key=key, url=f"/{key}", title=f"Chuyến phà đêm cuối cùng trên sông ({key})", section="Đời sống")


def reference(page: Page) -> str:
    """What the article's HTML would carry."""
    return make_reference(SECRETS, SITE, page)


def opinion(chance: random.Random) -> str:
    """What a reader writes: one to five sentences, about 180 letters."""
    return " ".join(chance.choices(_SENTENCES, k=chance.randint(1, 5)))


@contextmanager
def storage(database: Path) -> Iterator[Storage]:
    """The database from this process, beside the server's; made where there is none."""
    opened = Storage(url=f"sqlite:///{database}", site=SITE, clock=SystemClock())
    opened.boot()
    try:
        yield opened
    finally:
        opened.close()
