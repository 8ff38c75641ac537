"""Other processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

Peer: TypeAlias = "subprocess.Popen[str]"
StartPeer: TypeAlias = Callable[..., Peer]


@pytest.fixture
def start_peer() -> Iterator[StartPeer]:
    """Starts `peer.py URL COMMAND …`; what is still running at the end is killed."""
    started: list[Peer] = []

    def start(*arguments: object) -> Peer:
        script = Path(__file__).with_name("peer.py")
        peer = subprocess.Popen(
            [sys.executable, "-W", "error", script, *map(str, arguments)], stdout=subprocess.PIPE, text=True
        )
        started.append(peer)
        return peer

    yield start
    for peer in started:
        peer.kill()
        peer.communicate()
