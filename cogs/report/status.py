"""How the bot itself is doing, as officers see it.

Where Wise Old Man's list looks wrong, leadership can say that it is right as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.clan.diagnosis import Finding, Severity
from bot.clan.enforcement import Verdict
from bot.clan.names import escaped
from bot.clan.policy import Policy
from bot.clan.ranks import Permission
from bot.clan.wording import exact, plural
from bot.reports.definitions import inactive_words
from bot.services.ops import DONE, STOPPED, Status, poll_clan
from bot.services.setup import intent_findings
from bot.wiring import Services
from cogs._guild_members import guild_members_in
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, small, when
from cogs.review import left_out_line
from cogs.screens import Controls, Next, Press, Rendered, Screen, pressed

_JOBS = {
    "poll": "Reading Wise Old Man",
    "update-all": "Refreshing members",
    "backup": "Backup",
    "rehearsal": "Backup restored on trial",
    "archive": "Moving old data to the archive",
    "forget": "Forgetting who left",
    "check": "Looking over the database",
    "harvest": "Reading Discord",
    "report": "Report to disk",
    "dashboard": "Dashboard to disk",
    "cleanup": "Cleaning up",
    "flush": "Writing what was heard",
    "digest": "Posting the digest",
}
_NO_TROUBLE = (DONE, STOPPED, None)
_WELL, _ILL = "\N{WHITE HEAVY CHECK MARK}", "\N{WARNING SIGN}\N{VARIATION SELECTOR-16}"


@dataclass(frozen=True, slots=True)
class StatusState:
    """What somebody is asked to confirm, if anything: that Wise Old Man's list is right."""

    asks: str = ""


class StatusFound(NamedTuple):
    """How the bot is doing; `doubt` is why the list was not believed, for who may believe it."""

    clan: str
    status: Status
    left_out: str
    verdicts: Sequence[str]
    doubt: str | None = None


_CONTROLS = Controls("status", StatusState)


class StatusScreen(Screen[StatusState, StatusFound]):
    """How the bot is doing, and where leadership believes a list that looks wrong."""

    controls = _CONTROLS
    permission = Permission.SEE_REPORTS

    async def read(self, interaction: Interaction, _state: StatusState) -> StatusFound:
        """Return how the bot is doing, and how many people it can tell what of."""
        services, clan = self.services, clan_of(interaction)
        queue = await services.links.queue(clan, await guild_members_in(interaction))
        status = await services.upkeep.status(clan, len(queue.sure_pairs))
        intents = interaction.client.intents
        lacks = intent_findings(sees_words=intents.message_content, sees_members=intents.members)
        digest = [
            each._replace(words=f"{each.about}: {each.words}")
            for each in await services.digests.findings(clan)
            if each.severity is not Severity.OK
        ]
        status = replace(status, troubles=(*lacks, *digest, *status.troubles))
        verdicts = verdict_lines(status.verdicts, status.policy)
        run = status.runs.get("poll")
        may_believe = caller_may(interaction, Permission.MANAGE)
        doubt = run.detail.get("doubt") if run is not None and may_believe else None
        return StatusFound(clan.name, status, await left_out_line(services, clan), verdicts, doubt)

    def render(self, state: StatusState, answer: StatusFound, note: str = "") -> Rendered:
        """Return what is known, and the question whether a list that looks wrong is right."""
        box = status_box(answer.clan, answer.status, answer.left_out, answer.verdicts)
        if note:
            box.say(note)
        if answer.doubt is None:
            return Rendered(box)
        if not state.asks:
            return Rendered(box.control(_CONTROLS.sure("believed", state, "Take over this list")))
        box.say(
            f"{_sentence(answer.doubt)}. Whoever is not on the list leaves the clan's numbers. "
            "Are you sure?"
        )
        yes = {"believed": "Yes, take it over"}
        return Rendered(box.add_item(_CONTROLS.confirm(state, yes, "No, keep ours")))

    @pressed(permission=Permission.MANAGE)
    async def believed(self, press: Press[StatusState]) -> Next[StatusState, StatusFound]:
        """Poll, and take the list as it is."""
        services, clan, trace = self.services, press.clan, press.interaction.extras["trace"]
        async with services.upkeep.run("poll", clan.clan_id, trace) as outcome:
            result = await poll_clan(services.poll, services.cases, clan, outcome, believe=True)
        if result.overtaken is not None:
            return Next(StatusState(), f"This reading was not kept: {result.overtaken}.")
        return Next(StatusState(), f"Taken over: **{plural(result.members, 'member')}**.")


async def status_answer(services: Services, interaction: Interaction) -> None:
    """Show how the bot is doing."""
    await StatusScreen(services).show(interaction, StatusState())


def status_box(clan: str, status: Status, left_out: str, verdicts: Sequence[str]) -> Box:
    """Return what is known, what ran, and what is wrong with how to mend it."""
    box = Box(f"## {escaped(clan)}", "**How the bot is doing**")
    unreadable = f", {len(status.unreadable)} unreadable" if status.unreadable else ""
    box.rule().say(
        f"**Wise Old Man**  {_polls(status)}",
        f"**Members**  {exact(status.members)}",
        f"**Channels**  {exact(status.channels)} counted{unreadable}",
        f"**Messages**  {exact(status.messages)} counted",
        f"**Away and exempt**  {left_out}",
        *_disk(status),
        *verdicts,
    )
    if status.coverage:
        box.rule().say("**Coverage, last 30 days**", *status.coverage, *_next_step(status))
    if status.runs:
        box.rule().say(*_runs(status))
    box.rule().say(*_troubles(status.troubles))
    return box.rule().say(small(*status.evidence), small(f"ClanStats {status.version}"))


def verdict_lines(counts: Mapping[Verdict, int], policy: Policy) -> list[str]:
    """Return how many people are called what, and what the words mean."""
    if not sum(counts.values()):
        return []
    told = " \N{MIDDLE DOT} ".join(f"{exact(counts[each])} {each}" for each in Verdict)
    rules, (_, silent) = policy.enforcement, inactive_words(policy)[0]
    return [
        f"**People**  {told}",
        small(
            f"Silent: {silent[:1].lower()}{silent[1:]} Quiet: not seen for over "
            f"{rules.quiet_percent}% of that limit. Can't tell: not seen, and too little game or "
            "Discord data to be sure. Away and exempt are counted as well."
        ),
    ]


def _next_step(status: Status) -> list[str]:
    step = status.next_step
    return [small(f"To raise it, {step} in `/clanstats links`")] if step else []


def _polls(status: Status) -> str:
    if status.polled_at is None:
        return "not read yet"
    again = "any moment" if status.next_poll_at is None else when(status.next_poll_at)
    return f"read {when(status.polled_at)}, again {again}"


def _disk(status: Status) -> list[str]:
    """Return what the data takes, and whether the watchdog looks at it."""
    disk, looked_at = status.disk, status.watched_at
    watchdog = f"**Watchdog**  {f'looked {when(looked_at)}' if looked_at else 'not running'}"
    if disk.database_bytes is None or disk.free_bytes is None:
        return ["**Database**  on a PostgreSQL server: back it up there, with `pg_dump`", watchdog]
    parts = [f"database {_size(disk.database_bytes)}"]
    if disk.archived_before is not None:
        before = when(disk.archived_before, "D")
        parts.append(f"archive {_size(disk.archive_bytes)}, with what is older than {before}")
    return [f"**Disk**  {'; '.join([*parts, f'{_size(disk.free_bytes)} free'])}", watchdog]


def _size(count: int) -> str:
    return f"{count / 1000**3:.1f} GB" if count >= 1000**3 else f"{count / 1000**2:.1f} MB"


def _runs(status: Status) -> list[str]:
    return [
        f"{_WELL if run.outcome in _NO_TROUBLE else _ILL} **{_JOBS.get(job, escaped(job))}**  "
        f"{when(run.started_at)}" + ("" if run.outcome == DONE else f", {run.outcome or 'running'}")
        for job, run in sorted(status.runs.items())
    ]


def _troubles(troubles: tuple[Finding, ...]) -> list[str]:
    if not troubles:
        return [f"{_WELL} Nothing is wrong."]
    return [
        f"{_ILL} {_sentence(each.words)}\n{small(_sentence(each.next_step))}" for each in troubles
    ]


def _sentence(words: str) -> str:
    return escaped(words[:1].upper() + words[1:])
