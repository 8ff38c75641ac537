"""Units: one function, one transaction."""

import pytest

from engagement_widgets.storage.units import Storage, Tx


def _dialect(tx: Tx, command: str) -> str:
    return tx.dialect + command


@pytest.mark.anyio
async def test_a_unit_gets_its_transaction_and_its_command(storage: Storage) -> None:
    """What a unit returns reaches its caller, read or written."""
    assert (await storage.read(_dialect, "!")).endswith("!")
    assert (await storage.write(_dialect, "!")).endswith("!")
    assert storage.write_sync(_dialect, "?").endswith("?")
