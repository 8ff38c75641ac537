"""What an operator does from the shell. Settings come from the environment, as for the server."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from engagement_widgets.app.assembly import API, make_storage
from engagement_widgets.app.doctor import examine
from engagement_widgets.cli.accounts import new_desk_account, one_time_password_for
from engagement_widgets.cli.counts import recount_everything
from engagement_widgets.cli.exports import STDOUT, whole_file, write_ratings
from engagement_widgets.cli.rules import rules_as_json, take_in_rules
from engagement_widgets.cli.target import load_engagement
from engagement_widgets.errors import EngagementError
from engagement_widgets.hooks import Role
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.ratings.export import ExportSubject
from engagement_widgets.ratings.export_files import ExportFormat
from engagement_widgets.settings import Settings
from engagement_widgets.storage.migrate import upgrade
from engagement_widgets.storage.units import Storage
from engagement_widgets.web.openapi import document
from engagement_widgets.web.problem import problem


@click.group()
def commands() -> None:
    """Ratings, moderated comments, captcha and linked websites. Settings are read from ENGAGEMENT_… variables."""


@contextmanager
def _storage() -> Iterator[Storage]:
    """The database of the environment's settings; what goes wrong is told in words and ends with status 1."""
    with _spoken():
        storage = make_storage(Settings.from_env(), SystemClock())
        storage.boot()
        try:
            yield storage
        finally:
            storage.close()


@contextmanager
def _spoken() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{error.strerror}: {error.filename}") from None
    except EngagementError as error:
        told = str(error)
        raise click.ClickException(told if told != error.code else _in_words(error)) from None


def _in_words(error: EngagementError) -> str:
    described = problem(error, "en")
    fields = described["errors"]
    lines = [str(described["title"])]
    if isinstance(fields, list):
        lines += [f"  {item['field']}: {item['message']}" for item in fields]
    return "\n".join(lines)


@commands.command()
def migrate() -> None:
    """Bring the database to the schema of this release."""
    with _spoken():
        upgrade(Settings.from_env().database_url)
    click.echo("The database is up to date.")


@commands.command()
@click.argument("login")
@click.option("--name", help="The name colleagues see; default: the login.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.MODERATOR.value)
@click.option("--section", "sections", multiple=True, help="Limit the account to this section; may be given again.")
def account(login: str, name: str | None, role: str, sections: tuple[str, ...]) -> None:
    """Make an account for the desk and print its one-time password."""
    with _storage() as storage:
        password = new_desk_account(storage, login=login, name=name or login, role=role, sections=sections)
    click.echo(f"{login} signs in at <mount>/desk/ with the one-time password {password}")


@commands.command()
@click.argument("login")
def password(login: str) -> None:
    """Set a new one-time password; every session of the account ends."""
    with _storage() as storage:
        one_time = one_time_password_for(storage, login=login)
    click.echo(f"{login} signs in with the one-time password {one_time}")


@commands.command()
@click.option("--repair", is_flag=True, help="Write the counted figures where they differ.")
def recount(repair: bool) -> None:  # noqa: FBT001  (click calls it by keyword)
    """Compare every counter with its rows. Ends with status 1 when they differ and are not repaired."""
    with _storage() as storage:
        differences = recount_everything(storage, repair=repair)
    for line in differences:
        click.echo(line)
    click.echo("Every counter equals its rows." if not differences else f"{len(differences)} differed.")
    if differences and not repair:
        raise SystemExit(1)


@commands.command()
@click.argument("subject", type=click.Choice([subject.value for subject in ExportSubject]))
@click.option("--format", "form", type=click.Choice([form.value for form in ExportFormat]), default="csv")
@click.option("--output", default=STDOUT, help="The file; default: standard output.")
def export_ratings(subject: str, form: str, output: str) -> None:
    """Write every vote, or every page's totals, to a file.

    It leaves the house: of a voter it tells a pseudonym, and what stands under the file's name is always whole.
    """
    with _storage() as storage:
        settings = Settings.from_env()
        written = write_ratings(
            storage, settings, subject=ExportSubject(subject), form=ExportFormat(form), output=output
        )
    click.echo(f"{written} rows written.", err=True)


@commands.group()
def rules() -> None:
    """Carry the rules by which comments are held into the site, or out of it."""


@rules.command("import")
@click.argument("source")
@click.option("--why", default="", help="The reason, for a rule that touches much; stands in the journal.")
def import_rules(source: str, why: str) -> None:
    """Import SOURCE: the name of a starter pack, a file that was exported, or - for standard input.

    All of it or nothing. A rule of the same kind and name is changed; one that would touch more than a fiftieth of the
    newest 5,000 comments needs a reason.
    """
    with _storage() as storage:
        changed = take_in_rules(storage, Settings.from_env(), source=source, why=why)
    click.echo(f"{changed} rules added or changed.")


@rules.command("export")
@click.option("--output", default=STDOUT, help="The file; default: standard output.")
def export_rules(output: str) -> None:
    """Write every rule as JSON."""
    with _storage() as storage, whole_file(output) as file:
        file.write(rules_as_json(storage))


@commands.command()
@click.argument("target")
def worker(target: str) -> None:
    """Deliver the outbox of TARGET, such as `myapp:engagement`, until interrupted.

    For servers that run with ENGAGEMENT_WORKER=off: the hooks, a Purger among them, are the application's own.
    """
    with _spoken():
        engagement = load_engagement(target)
        engagement.deliver()
        click.echo("Delivering; stop with Ctrl+C.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            engagement.close()


@commands.command()
def doctor() -> None:
    """Examine settings, database and keys, and say what to do about what is wrong."""
    with _spoken():
        findings = examine(Settings.from_env())
    for finding in findings:
        click.echo(f"{'ok ' if finding.good else 'BAD'}  {finding.text}")
    if not all(finding.good for finding in findings):
        raise SystemExit(1)


@commands.command()
def key() -> None:
    """Print a new signing key for ENGAGEMENT_SECRET_KEYS (newest first, separated by commas)."""
    click.echo(secrets.token_urlsafe(48))


@commands.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document of the API."""
    import json

    click.echo(json.dumps(document(API), ensure_ascii=False, indent=2))
