"""`python -m tests.benchmarks`: every benchmark at its real size, as the README's table."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

_AIMS = {
    "test_report_read[305]": "25 ms",
    "test_report_read[305 x 10]": "1.3 x the above",
    "test_report_read[1000]": "80 ms",
    "test_card_data[305]": "10 ms",
    "test_heatmap_of_90_days[305]": "5 ms",
    "test_leaderboard_of_xp_over_30_days[305]": "5 ms",
    "test_report_from_the_prompt[305]": "1.2 s",
    "test_report_from_the_prompt[305 x 10]": "1.2 s",
    "test_report_command": "700 ms",
    "test_first_acknowledgement": "50 ms",
    "test_me_command": "300 ms",
    "test_longest_stall_of_the_loop": "20 ms",
    "test_list_command[promotions]": "300 ms",
    "test_list_command[inactive]": "300 ms",
    "test_what_if_over_3_months[500]": "2 s, longest stall 20 ms",
    "test_twenty_thousand_messages": "1 s (20,000 a second)",
    "test_six_thousand_questions_in_a_minute": "flush 3 s, longest stall 20 ms, 80 MB more",
    "test_poll_of_500_members_stored": "500 ms",
    "test_a_year_on_disk": "60 MB",
    "test_the_idle_bot": "240 MB, ready in 3 s",
}


def main() -> int:
    """Return pytest's exit code; the table goes to the standard output."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        done = subprocess.run(  # noqa: S603 - our own tests
            [
                *(sys.executable, "-m", "pytest", str(Path(__file__).parent), "-q"),
                *("--benchmark-enable", "--benchmark-only", f"--benchmark-json={figures}"),
                "--numprocesses=0",  # who is measured is alone
                *sys.argv[1:],
            ],
            check=False,
        )
        found = json.loads(figures.read_text(encoding="utf-8"))["benchmarks"]
    rows = ["| measured | median | aim |", "|---|---|---|"]
    rows += [_row(each["name"], each["stats"]["median"], each["extra_info"]) for each in found]
    sys.stdout.write("\n".join(rows) + "\n")
    return done.returncode


def _row(name: str, median_s: float, extra: dict[str, float]) -> str:
    words = name.removeprefix("test_").replace("_", " ")
    more = ", ".join(f"{value:g} {key.replace('_', ' ')}" for key, value in extra.items())
    time = f"{median_s * 1000:.1f} ms" if median_s < 1 else f"{median_s:.2f} s"
    return f"| {words} | {time}{f' ({more})' if more else ''} | {_AIMS.get(name, '')} |"


if __name__ == "__main__":
    sys.exit(main())
