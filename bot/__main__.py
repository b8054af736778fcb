"""The door of the program: `clanstats`, and `python -m bot`.

The process that draws reads this file too when it starts, so nothing is imported before `main`.
"""


def main() -> None:
    """Run the command that was typed."""
    from bot.cli import main as run  # noqa: PLC0415 - see above

    run()


if __name__ == "__main__":
    main()
