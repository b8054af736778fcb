"""The command line: everything that is not a conversation. `main` is the program itself."""

from bot.cli import commands, database_commands  # noqa: F401 - they add their commands to the app
from bot.cli.typed import app, main

__all__ = ["app", "main"]
