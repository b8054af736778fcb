"""`python -m tests.benchmarks`: every benchmark at its real size, as the table of docs/figures.md.

Further arguments go to pytest; with `-k` a part is measured. A ratio is to what was measured beside
it in the same run, so it holds on any machine.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import log
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.yardsticks import LIMIT_MS, MEMBERS

_GOALS = {
    "test_report_read[305]": "2.2 x the limit",
    "test_report_read[305 x 10]": "2.2 x the limit, 1.1 x that of one year",
    "test_report_read[1000]": "2.2 x the limit",
    "test_card_data[305]": "3.5 x the limit",
    "test_card_data[305 x 10]": "3.5 x the limit",
    "test_card_data[1000]": "3.5 x the limit",
    "test_autocomplete[305]": "0.15 x working it out anew",
    "test_autocomplete[1000]": "0.15 x working it out anew",
    "test_heatmap_of_90_days[305]": "5 ms",
    "test_leaderboard_of_xp_over_30_days[305]": "2 x the limit",
    "test_leaderboard_of_xp_over_30_days[305 x 10]": "2 x the limit",
    "test_leaderboard_of_xp_over_30_days[1000]": "2 x the limit",
    "test_report_from_the_prompt[305]": "2.3 x its imports",
    "test_report_from_the_prompt[305 x 10]": "2.3 x its imports",
    "test_dashboard_written": "4 x the workbook",
    "test_stall_over_a_dashboard": "median stall 20 ms",
    "test_report_command": "700 ms",
    "test_first_acknowledgement": "50 ms",
    "test_me_command": "300 ms",
    "test_longest_stall_of_the_loop": "longest of 12 rounds 20 ms",
    "test_list_command[promotions]": "300 ms",
    "test_list_command[inactive]": "300 ms",
    "test_list_command[activity]": "no slower than /inactive",
    "test_list_command[bosses]": "no slower than /inactive",
    "test_list_command[questions]": "no slower than /inactive",
    "test_list_command[leaderboard]": "no slower than /inactive",
    "test_new_answer[activity]": "1 x /inactive",
    "test_new_answer[bosses]": "1 x /inactive",
    "test_new_answer[questions]": "1 x /inactive",
    "test_new_answer[newcomers]": "1 x /inactive",
    "test_new_answer[overall]": "1 x /inactive",
    "test_new_answer[zulrah]": "1 x /inactive",
    "test_new_answer[messages]": "1 x /inactive",
    "test_new_answer[compare]": "1 x /inactive",
    "test_what_if_over_3_months[500]": "2 s, longest stall 20 ms",
    "test_a_new_zone[305]": "longest step 50 ms",
    "test_a_new_zone[305 x 10]": "longest step 50 ms",
    "test_answered_authors_of_one_clan_among_200": "2 x alone",
    "test_twenty_thousand_messages": "1 s (20,000 a second)",
    "test_six_thousand_questions_in_a_minute": "flush 3 s, longest stall 20 ms, 80 MB more",
    "test_poll_of_500_members_stored": "500 ms",
    "test_a_year_on_disk": "60 MB",
    "test_the_idle_bot": "ready in 0.7 x, memory 0.75 x that of before",
}
_GROWTH_GOAL = "1.1"
_ADDITIONS = 5_000_000


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
    sys.stdout.write("\n".join((*_table(found), "", _machine())) + "\n")
    return done.returncode


def _table(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield a row for each benchmark and, for those at several sizes, how they grow."""
    yield "| measured | median | limit | ratio | goal |"
    yield "|---|---|---|---|---|"
    sizes = defaultdict(list)
    for each in found:
        extra, median_s = dict(each["extra_info"]), float(each["stats"]["median"])
        name, what = each["name"], each["name"].replace("growth ", "")
        if name != what:
            stem, _, given = what.removesuffix("]").rpartition("[")
            of = given.rpartition("-")[0]
            sizes[f"{stem}[{of}]" if of else stem].append((int(extra[MEMBERS]), median_s))
        yield _row(what, median_s, extra, _GOALS.get(name, ""))
    for name, points in sizes.items():
        if len(points) > 1:
            yield f"| {_words(name)}: exponent | {_exponent(points):.2f} | | | {_GROWTH_GOAL} |"


def _row(name: str, median_s: float, extra: dict[str, float], goal: str) -> str:
    limit_ms = extra.pop(LIMIT_MS, None)
    more = ", ".join(f"{value:g} {key.replace('_', ' ')}" for key, value in extra.items())
    median = f"{_time(median_s)}{f' ({more})' if more else ''}"
    if limit_ms is None:
        return f"| {_words(name)} | {median} | | | {goal} |"
    limit_s = limit_ms / 1000
    return f"| {_words(name)} | {median} | {_time(limit_s)} | {median_s / limit_s:.2f} | {goal} |"


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _exponent(points: Iterable[tuple[int, float]]) -> float:
    """Return e of time = c * members ** e, by least squares over the logarithms."""
    logs = [(log(members), log(time_s)) for members, time_s in points]
    x0, y0 = (sum(each) / len(logs) for each in zip(*logs, strict=True))
    slope: float = sum((x - x0) * (y - y0) for x, y in logs) / sum((x - x0) ** 2 for x, _ in logs)
    return slope


def _machine() -> str:
    """Return how fast this machine is: five million Python additions."""
    began, total = perf_counter(), 0
    for each in range(_ADDITIONS):
        total += each
    return f"{_ADDITIONS:,} Python additions: {perf_counter() - began:.2f} s"


if __name__ == "__main__":
    sys.exit(main())
