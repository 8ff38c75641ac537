"""Exports as files: written beside the name they get, which they have only when they are whole."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from engagement_widgets.app.keys import signing_keys
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.ratings.export import SOURCES, Ask, Batch, ExportSubject
from engagement_widgets.ratings.export_files import ExportFormat, Writing
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Storage

STDOUT = "-"


def write_ratings(
    storage: Storage,
    settings: Settings,
    *,
    subject: ExportSubject,
    form: ExportFormat,
    output: str,
) -> int:
    """Write an export to a file, or to standard output for `-`, with a bar on a terminal's standard error.

    Returns how many rows there are.

    Raises:
        OSError: the file cannot be written; what lay under its name is as it was.
    """
    source = SOURCES[subject]
    writing = Writing(source=source, format=form, secrets=Secrets(signing_keys(settings)), zone=settings.zone)
    expected = storage.read_sync(source.count, None)
    written, is_terminal = 0, sys.stderr.isatty()
    with (
        whole_file(output) as file,
        click.progressbar(length=expected, file=sys.stderr, hidden=not is_terminal, show_pos=True) as bar,
    ):
        file.write(writing.begin())
        for batch in _batches(storage, writing):
            file.write(writing.write(batch))
            written += len(batch.rows)
            bar.update(len(batch.rows))
    return written


@contextmanager
def whole_file(output: str) -> Iterator[BinaryIO]:
    """A file that takes its name when the block ends well, and is gone when it does not. Only its owner reads it.

    Raises:
        OSError: it cannot be written there.
    """
    if output == STDOUT:
        yield sys.stdout.buffer
        return
    path = Path(output)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _batches(storage: Storage, writing: Writing) -> Iterator[Batch]:
    ask: Ask | None = Ask()
    while ask is not None:
        batch = storage.read_sync(writing.source.read, ask)
        yield batch
        ask = None if batch.end is None else Ask(after=batch.end)
