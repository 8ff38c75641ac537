"""Other processes on the same database."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Peer: TypeAlias = "subprocess.Popen[str]"
StartPeer: TypeAlias = Callable[..., Peer]


def start(*arguments: object) -> Peer:
    """Start `peer.py URL COMMAND …`."""
    script = Path(__file__).with_name("peer.py")
    command = [sys.executable, "-W", "error", str(script), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
