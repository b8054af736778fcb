"""The command line: everything that is not a conversation. `main` is the program itself."""

from bot.cli.commands import app, main

__all__ = ["app", "main"]
