"""``python -m dashboard.cli`` is ``eoc``."""

from dashboard.cli import main

main()
