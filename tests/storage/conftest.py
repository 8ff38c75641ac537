"""Other processes, which end with the test, and databases of releases before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import peers
from cluster import Cluster
from engagement_widgets.storage import migrate


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of each kind at the revision that the module names as `BEFORE`, empty."""
    cluster: Cluster | None = None
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        cluster = request.getfixturevalue("cluster")
        url = cluster.new_database(template="template1")
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "HEAD", request.module.BEFORE)
        migrate.upgrade(url)
    yield url
    if cluster is not None:
        cluster.drop_database(url)


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
