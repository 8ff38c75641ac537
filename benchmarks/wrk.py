"""Debian's wrk: as many reads as a server can answer."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

CONNECTIONS: Final = 32
BROWSER: Final[Mapping[str, str]] = {"Accept-Encoding": "gzip, deflate, br"}
"""What every browser sends."""

_REPORT = Path(__file__).with_name("report.lua")


class Wrk:
    """One address with its headers, read again and again over connections that stay open."""

    def __init__(self, url: str, *, connections: int = CONNECTIONS, headers: Mapping[str, str] | None = None) -> None:
        self._url = url
        self._options = ["-t1", f"-c{connections}", "--timeout", "10s", "-s", str(_REPORT)]
        for name, value in (headers or {}).items():
            self._options += ["-H", f"{name}: {value}"]

    def rate(self) -> float:
        """Read for a second, and return how many answers came."""
        with self.start(1) as process:
            return self.result(process)

    def start(self, seconds: int) -> "subprocess.Popen[str]":
        """Begin to read, while the caller does something else; `result` waits for the end."""
        command = ["wrk", *self._options, f"-d{seconds}s", self._url]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def result(self, process: "subprocess.Popen[str]") -> float:
        """Answers a second.

        Raises:
            RuntimeError: when a single answer was an error: a rate of errors is worth nothing.
        """
        output = process.communicate(timeout=60)[0]
        found = json.loads(output.splitlines()[-1])
        if found["failed"] or not found["requests"]:
            raise RuntimeError(f"{self._url}: {found['failed']} of {found['requests']} reads failed")
        return float(found["requests"]) / float(found["microseconds"]) * 1e6
