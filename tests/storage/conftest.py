"""Other processes, which end with the test."""

from collections.abc import Iterator

import pytest

import peers


@pytest.fixture
def start_peer() -> Iterator[peers.StartPeer]:
    """Starts `peer.py URL COMMAND …`; what is still running at the end is killed."""
    started: list[peers.Peer] = []

    def start(*arguments: object) -> peers.Peer:
        started.append(peers.start(*arguments))
        return started[-1]

    yield start
    for peer in started:
        peer.kill()
        peer.wait()
        if peer.stdout is not None:
            peer.stdout.close()
