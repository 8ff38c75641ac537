"""`python -m engagement_widgets` is the command line."""

from engagement_widgets.cli import main

main()
