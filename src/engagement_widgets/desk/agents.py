"""What a `User-Agent` says, in words a person knows: "Firefox, Linux". Enough to recognise one's own devices."""

import re
from typing import Final

# The first that matches wins: every later one also claims to be those before it.
_BROWSERS: Final = (
    (re.compile(r"Edg(?:e|A|iOS)?/"), "Edge"),
    (re.compile(r"OPR/|Opera"), "Opera"),
    (re.compile(r"coc_coc_browser|CocCoc"), "Cốc Cốc"),
    (re.compile(r"SamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"Firefox/|FxiOS/"), "Firefox"),
    (re.compile(r"Chrome/|CriOS/|Chromium/"), "Chrome"),
    (re.compile(r"Safari/"), "Safari"),
)
_SYSTEMS: Final = (
    (re.compile(r"iPhone"), "iPhone"),
    (re.compile(r"iPad"), "iPad"),
    (re.compile(r"Android"), "Android"),
    (re.compile(r"Windows"), "Windows"),
    (re.compile(r"Mac OS X|Macintosh"), "macOS"),
    (re.compile(r"CrOS"), "ChromeOS"),
    (re.compile(r"Linux|X11"), "Linux"),
)


def agent_name(agent: str) -> str:
    """Browser and system, whichever of the two is known; else the first word of what was sent, or ""."""
    known = [next((name for pattern, name in table if pattern.search(agent)), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in known if name) or agent.partition(" ")[0][:60]
