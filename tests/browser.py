"""The dashboard in a real browser, from disk and with the network off.

    python -m tests.browser [FOLDER FOR SCREENSHOTS]

Needs `pip install ".[browser]"` and a Chromium: CHROMIUM names it, else it is sought on the PATH.
On Debian `apt-get install chromium` gives one. None is ever downloaded from here.
"""

import os
import shutil
import statistics
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from bot.clan.activity import Totals, TrendLine
from bot.clan.gains import Gains, MetricGain
from bot.clan.newcomers import Reached
from bot.clan.spans import WINDOWS, last
from bot.clan.standings import Chat, Member, Roster
from bot.reports.clan_report import ClanReport
from bot.reports.dashboard.facts import (
    ChannelCount,
    DashboardFacts,
    DashboardOptions,
    QuestionCount,
)
from bot.reports.dashboard.pages import PLOTLY, folder_of_pages, single_page

NOW = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)
HOSTILE = (
    "<script>hurt()</script>",
    "</script><script>hurt()</script>",
    "<img src=x onerror=hurt()>",
    "\"'`><b>bold</b>&amp;",
    "\u202eright to left \u05d0\u05d1",
    "\u2028line\u2029",
    "{{ 7*7 }} %{x} ${hurt()}",
    "W" * 300,
)
LARGEST = 8_000_000
PAGES = ("overview", "bosses", "skills", "chat", "roster", "records")
CHARTED = ("overview", "bosses", "skills", "chat")


def hostile_facts(members: int = 305) -> DashboardFacts:
    """Return a clan in which whatever can be named is named by somebody unkind."""
    people = tuple(_member(number) for number in range(members))
    names = {each.player_id: each for each in people}
    reports = {}
    for period in WINDOWS:
        span = last(period, NOW, ZoneInfo("Europe/Berlin"))
        sums = Totals(10_000, 500, 3.0, 2.0, 900, 30, members, 40, members)
        reports[period] = ClanReport(
            clan=HOSTILE[1],
            zone="Europe/Berlin",
            period=period,
            span=span,
            roster=Roster(people, NOW),
            totals=sums,
            before=sums._replace(xp=8_000, messages=None),
            skills={who: {"attack": MetricGain(1_000 + who)} for who in names},
            bosses={who: {"zulrah": MetricGain(who), "nex": MetricGain(3)} for who in names},
            present_skills={who: {"attack": 14_000_000.0, "magic": 2e8} for who in names},
            present_bosses={who: {"zulrah": 500.0 + who, "nex": 9.0} for who in names},
            heatmap=tuple(tuple(range(24)) for _ in range(7)),
            trend=tuple(
                TrendLine(date(2026, 11, 1) + timedelta(days=n), n, 100 * n) for n in range(19)
            ),
            evidence=(HOSTILE[2],),
            heard_from=date(2025, 1, 1),
        )
    chats = {who: Chat(who % 50, 2, who % 9, 3) if who % 4 else None for who in names}
    return DashboardFacts(
        reports=reports,
        chats=dict.fromkeys(WINDOWS, chats),
        asked=dict.fromkeys(WINDOWS, QuestionCount(10, 7)),
        channels=tuple(ChannelCount(name, dict.fromkeys(WINDOWS, 9)) for name in HOSTILE),
        stayed=dict.fromkeys(WINDOWS, Reached(3, 4)),
        weeks=tuple(date(2026, 8, 21) + timedelta(days=7 * n) for n in range(13)),
        weekly_xp=dict.fromkeys(names, tuple(range(13))),
    )


def _member(number: int) -> Member:
    name = HOSTILE[number] if number < len(HOSTILE) else f"Player {number}"
    since = NOW - timedelta(days=400)
    gains = Gains(1_000 * number, number, 0.5, 0.25, since) if number % 5 else Gains()
    return Member(
        number,
        name,
        "member" if number % 3 else "<b>role</b>",
        since,
        game=dict.fromkeys(WINDOWS, gains),
        total_xp=10_000_000 + number if number % 7 else None,
        total_kills=number,
        weekly_messages=tuple(range(13)),
    )


def chromium() -> str | None:
    """Return the browser that is there, if any."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


class Trial:
    """One opened dashboard, and everything that went wrong in it."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:  # noqa: ANN401
        self.wrong: list[str] = []
        self.context = browser.new_context(offline=True, **options)
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.route("**/*", self._asked)
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready]")

    def _heard(self, message: Any) -> None:  # noqa: ANN401
        if message.type in {"error", "warning"}:
            self.wrong.append(f"console: {message.text}")

    def _asked(self, route: Any) -> None:  # noqa: ANN401
        address = route.request.url
        if address.startswith(("file:", "data:", "blob:")):
            route.continue_()
            return
        self.wrong.append(f"asked for {address}")
        route.abort()

    def must(self, holds: object, claim: str) -> None:
        """Note a claim that does not hold."""
        if not holds:
            self.wrong.append(claim)

    def open(self, page: str, days: int = 30) -> None:
        """Show a page of the dashboard."""
        self.page.evaluate("hash => { location.hash = hash }", page)
        self.page.wait_for_selector(f'html[data-drawn="{page.partition("/")[0]}/{days}"]')

    def look(self, folder: Path | None, name: str) -> None:
        """Keep a screenshot where somebody asked for them."""
        if folder is not None:
            self.page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


def try_all(trial: Trial, shots: Path | None, name: str) -> None:
    """Look at every page: charts drawn, nothing too wide, names as text."""
    page = trial.page
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    for each in PAGES:
        trial.open(each)
        trial.must(not page.evaluate(wide), f"{each} scrolls sideways")
        if each in CHARTED:
            drawn = page.locator(".chart .point, .chart .points path, .chart image").count()
            trial.must(drawn, f"{each} has no chart")
        trial.must(page.locator("text=/^(null|undefined|NaN)$/").count() == 0, f"{each} says null")
        trial.look(shots, f"{name}-{each}")
    trial.must(page.evaluate("typeof window.hurt") == "undefined", "a name ran")
    trial.must(page.locator("main script, main b, .chart a").count() == 0, "a name became markup")


def try_roster(trial: Trial, folder: Path | None, name: str) -> None:
    """Search, filter, sort, and open a member's page."""
    page = trial.page
    trial.open("roster")
    everybody = page.locator("tbody tr").count()
    page.fill("#search", HOSTILE[2])
    trial.must(page.locator("tbody tr").count() == 1, "the search does not find one")
    trial.must(page.locator("tbody a").inner_text() == HOSTILE[2], "a name is not shown as text")
    page.fill("#search", "")
    trial.must(page.locator("tbody tr").count() == everybody, "the search does not let go")
    page.get_by_role("button", name="Kills", exact=True).click()
    cells = page.locator("tbody td:nth-child(7)").all_inner_texts()
    kills = [int(each) for each in cells if each.isdigit()]
    trial.must(kills == sorted(kills, reverse=True), "the roster is not sorted")
    trial.must("\u2013" in page.locator("tbody tr").last.inner_text(), "unknown is no dash")
    trial.open("member/9")
    trial.must(page.locator(".chart .point").count(), "a member has no chart")
    said = page.inner_text("main").split("\n")
    trial.must(not {"null", "undefined", "NaN"} & set(said), "a member's page says null")
    trial.look(folder, f"{name}-member")


def try_switches(trial: Trial, at: Path) -> None:
    """Period, dark and light, print."""
    page = trial.page
    trial.open("overview")
    for days in (7, 90, 365, 30):
        page.click(f'button[data-days="{days}"]')
        page.wait_for_selector(f'html[data-drawn="overview/{days}"]')
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    trial.must(before != after, "the theme does not change")
    page.pdf(path=str(at))
    trial.must(at.stat().st_size > 10_000, "print is empty")
    try_print(trial)


def try_print(trial: Trial) -> None:
    """On paper stand all pages with their charts, of a member only their own; then all is back."""
    page = trial.page
    titles = {"overview": [each.title() for each in PAGES], "member/9": ["Player 9"]}
    for shown, expected in titles.items():
        trial.open(shown)
        theme = page.get_attribute("html", "data-theme")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        trial.must(page.locator("main h2").all_inner_texts() == expected, f"print of {shown}")
        trial.must(page.get_attribute("html", "data-theme") == "light", "print is dark")
        charts, drawn = page.locator(".chart").count(), page.locator(".chart .main-svg").count()
        trial.must(charts and drawn >= charts, f"print of {shown} lacks charts")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        trial.must(page.locator("main h2").count() == 1, "the page is not back after printing")
        trial.must(page.get_attribute("html", "data-theme") == theme, "printing leaves the theme")


def try_officers(browser: Any, facts: DashboardFacts, at: Path) -> list[str]:  # noqa: ANN401
    """The officers' roster has one more column and fits on a screen; an odd address is no fault."""
    at.write_bytes(single_page(replace(facts, options=DashboardOptions(officers=True))).content)
    trial = Trial(browser, at, viewport={"width": 1280, "height": 900})
    for odd in ("%", "constructor", "member/", "__proto__/1"):
        trial.page.evaluate("hash => { location.hash = hash }", odd)
        trial.must(trial.page.locator("main h2").count() == 1, f"#{odd} shows nothing")
    trial.open("roster")
    wide = "[...document.querySelectorAll('.rows')].some(it => it.scrollWidth > it.clientWidth)"
    trial.must(not trial.page.evaluate(wide), "the officers' roster scrolls sideways")
    trial.context.close()
    return [f"officers: {each}" for each in trial.wrong]


def usable_ms(browser: Any, path: Path, until: str) -> float:  # noqa: ANN401
    """Return how long a page takes until it can be used; the median of five."""
    found = []
    for _ in range(5):
        page = browser.new_page()
        page.goto(path.as_uri())
        page.wait_for_selector(until, state="attached")
        found.append(page.evaluate("performance.now()"))
        page.close()
    return float(statistics.median(found))


def run(browser: Any, shots: Path | None, facts: DashboardFacts) -> list[str]:  # noqa: ANN401
    """Try folder and single file, and return what is wrong."""
    wrong: list[str] = []
    with TemporaryDirectory() as beside:
        at = Path(beside)
        zipfile.ZipFile(BytesIO(folder_of_pages(facts).content)).extractall(at / "folder")
        single = at / "clan_dashboard.html"
        single.write_bytes(single_page(facts).content)
        ways = (
            ("desktop-light", at / "folder/index.html", 1280, "light"),
            ("desktop-dark", single, 1280, "dark"),
            ("phone-light", single, 390, "light"),
            ("phone-dark", at / "folder/index.html", 390, "dark"),
        )
        for name, path, width, scheme in ways:
            size = {"width": width, "height": 900}
            trial = Trial(browser, path, viewport=size, color_scheme=scheme)
            trial.must(trial.page.locator(f"html[data-theme={scheme}]").count(), "wrong theme")
            try_all(trial, shots, name)
            try_roster(trial, shots, name)
            try_switches(trial, at / "print.pdf")
            wrong += [f"{name}: {each}" for each in trial.wrong]
            trial.context.close()
        wrong += try_officers(browser, facts, at / "officers.html")
        empty = at / "folder/empty.html"
        empty.write_text(
            f'<!doctype html><body><script src="assets/{PLOTLY}"></script>'
            "<script>document.body.dataset.ready = 1</script>"
        )
        bare = usable_ms(browser, empty, "body[data-ready]")
        ours = usable_ms(browser, at / "folder/index.html", "html[data-ready]")
        bytes_ = single.stat().st_size
        sys.stdout.write(
            f"single file {bytes_:,} bytes; usable after {ours:.0f} ms, empty {bare:.0f} ms: "
            f"{ours / bare:.2f} times (goal 2)\n"
        )
        if bytes_ > LARGEST:
            wrong.append(f"the single file is too large: {bytes_:,} bytes")
    return wrong


def main() -> int:
    """Try the dashboard; 1 when something is wrong, 2 when there is nothing to try it with."""
    where = chromium()
    if where is None:
        sys.stdout.write((__doc__ or "") + "\n")
        return 2
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra of its own

    shots = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where)
        wrong = run(browser, shots, replace(hostile_facts()))
        browser.close()
    sys.stdout.write(("\n".join(wrong) or "the dashboard works") + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
