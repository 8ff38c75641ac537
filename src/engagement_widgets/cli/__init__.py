"""The command line: `engagement-widgets …` or `python -m engagement_widgets …`."""


def main() -> None:
    """Run a command; needs the `cli` extra."""
    try:
        from engagement_widgets.cli.commands import commands
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        raise SystemExit("The command line needs click: pip install 'engagement-widgets[cli]'") from None
    commands(prog_name="engagement-widgets")
