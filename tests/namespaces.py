"""Two machines that are one: network namespaces joined by a cable, made and removed by Debian's `ip`."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROGRAM = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


class CannotMake(Exception):
    """This user or system makes no namespaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A namespace with its own loopback and one address more (of 198.18.0.0/15, which RFC 2544 keeps for tests)."""

    name: str
    address: str

    def command(self, arguments: Sequence[str | Path]) -> list[str]:
        """What runs a program there; its process is the program's own."""
        return [str(_PROGRAM), "netns", "exec", self.name, *map(str, arguments)]


@contextmanager
def two_machines() -> Iterator[tuple[Machine, Machine]]:
    """Two that reach each other and nothing else; nothing of it is seen outside, and nothing stays.

    Raises:
        CannotMake: with what `ip` said.
    """
    machines = tuple(Machine(name=f"ew-{os.getpid()}-{n}", address=f"198.18.0.{n}") for n in (1, 2))
    first, second = machines
    made: list[Machine] = []
    try:
        for machine in machines:
            _ip("netns", "add", machine.name)
            made.append(machine)
        # both ends are born inside: no interface of the real machine is ever touched
        _ip("-n", first.name, "link", "add", "ew", "type", "veth", "peer", "name", "ew", "netns", second.name)
        for machine in machines:
            _ip("-n", machine.name, "address", "add", f"{machine.address}/30", "dev", "ew")
            for link in ("lo", "ew"):
                _ip("-n", machine.name, "link", "set", link, "up")
        yield first, second
    finally:
        for machine in made:
            _ip("netns", "delete", machine.name)


def _ip(*arguments: str) -> None:
    if _PROGRAM is None:
        raise CannotMake("iproute2 is not installed")
    done = subprocess.run([_PROGRAM, *arguments], capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise CannotMake(done.stderr.strip())
