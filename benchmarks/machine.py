"""The machine under the figures: which cores work, what its disk promises, how it is described."""

import os
import platform
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

SERVER_CORE = 0
LOAD_CORE = 1
_NEEDED = ("wrk", "taskset")


def prepare() -> None:
    """Keep this process, and with it every load generator it starts, off the servers' core.

    Raises:
        SystemExit: with a sentence, when the machine cannot do this.
    """
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing:
        raise SystemExit(f"Missing: {' '.join(missing)}. As root: apt-get install wrk util-linux")
    if not {SERVER_CORE, LOAD_CORE} <= os.sched_getaffinity(0):
        raise SystemExit("Two cores are needed: one for the server, one for the load.")
    os.sched_setaffinity(0, {LOAD_CORE})


def description() -> str:
    """One line: processor, cores, Python, kernel, and how busy others keep it right now."""
    return (
        f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{platform.system()} {platform.release()}; load before the first round {os.getloadavg()[0]:.1f}"
    )


def durable_commits(folder: Path, seconds: float) -> float:
    """Commits a second of one writer that waits for the disk each time: WAL, synchronous=FULL, one small row."""
    with closing(sqlite3.connect(folder / "disk.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS rows (text)")
        done, began = 0, time.perf_counter()
        while (passed := time.perf_counter() - began) < seconds:
            connection.execute("INSERT INTO rows VALUES (randomblob(300))")
            done += 1
    return done / passed


def resident_mb(pid: int) -> float:
    """What a process holds in memory, in MB (10⁶ bytes)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor_seconds(pid: int) -> float:
    """What a process and those it started have had of the processors so far: the same however busy others keep them."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor_seconds(int(child)) for child in started)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
