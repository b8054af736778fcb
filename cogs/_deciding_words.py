"""What is said about people and cases on /promotions and /inactive, short enough to fit.

Names and what people wrote go through names.escaped; in code blocks they cannot end the block.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from bot.clan.cases import Case, CaseKind, CaseState, Move
from bot.clan.days import parse_day
from bot.clan.evidence import Grade
from bot.clan.looking import LOOKED_AGAIN_AFTER, LookedAgain, StaleAccount, rise_words
from bot.clan.names import escaped
from bot.clan.profiles import Profile
from bot.clan.spans import HOUR, day_of, day_span
from bot.clan.wording import first_few, role_words
from bot.services.review import Decided
from bot.services.setup import Clan
from cogs._case_words import whom
from cogs._replies import when

DOT = " \N{MIDDLE DOT} "
LONGEST_WAIT_DAYS = 365
LONGEST_BLOCK = 1_800
"""Of a code block; Discord takes 2,000 characters with all that stands around it."""
NOTE_ROOM, STRIP_ROOM, ABOUT_ROOM, LINE_ROOM = 700, 250, 330, 230
"""Of what stands above and below the people of a page, and of each line about one of them."""

_UNDONE_IN = "`/clanstats cases` with the name takes it back"
_WHY_SHOWN = 60
_CUT = "\N{HORIZONTAL ELLIPSIS}"
_HARMLESS_TICK = "\N{MODIFIER LETTER GRAVE ACCENT}"
_NAME_SHOWN = 60
_NAMED, _NAMED_DONE = 5, 10


def bold(name: str | None) -> str:
    """Return a name as it reads, in bold."""
    return f"**{escaped((name or 'somebody')[:_NAME_SHOWN])}**"


def capital(words: str) -> str:
    """Return a sentence as it begins."""
    return words[:1].upper() + words[1:]


def sentence(words: str) -> str:
    """Return a reason with what it is called in bold, as in "Steady: 30 active days"."""
    name, colon, rest = words.partition(":")
    return f"**{escaped(name)}**:{escaped(rest)}" if colon else escaped(words)


def judged_by(version: int) -> str:
    """Return by which settings it was judged, as a sentence."""
    return "Default settings." if version == 1 else f"Settings version {version}."


def rank(role: str) -> str:
    """Return a rank as it is written in answers."""
    return escaped(role_words(role))


def rise(role: str, target: str | None) -> str:
    """Return from which rank to which somebody rises."""
    return f"{rank(role)} \N{RIGHTWARDS ARROW} **{rank(target or '?')}**"


def clipped(lines: Iterable[str], room: int) -> str:
    """Return the lines as far as they fit; the rest of them is an ellipsis."""
    kept: list[str] = []
    for line in filter(None, lines):
        if len(line) + 1 > room:
            # Never between an escape and what it escapes, nor inside a mention of time.
            part = line[: max(room - 2, 0)].rstrip("\\")
            kept.append((part if "<" not in part else "") + _CUT)
            break
        kept.append(line)
        room -= len(line) + 1
    return "\n".join(kept)


def line_of(parts: Iterable[str], room: int = LINE_ROOM) -> str:
    """Return as many parts on one line as fit, and an ellipsis where one does not."""
    kept: list[str] = []
    for part in filter(None, parts):
        if len(part) + len(DOT) > room:
            # Never between an escape and what it escapes, nor inside a mention or what is bold.
            is_plain = not {"<", "*"} & {*part} and room > len(DOT)
            kept.append((part[: max(room - 4, 0)].rstrip("\\") if is_plain else "") + _CUT)
            break
        kept.append(part)
        room -= len(part) + len(DOT)
    return DOT.join(kept)


def handle(user_id: int | None) -> str:
    """Return whom to write to on Discord, or nothing."""
    return "" if user_id is None else f"<@{user_id}>"


def who(name: str, user_id: int | None) -> str:
    """Return a name with whom to write to on Discord beside it."""
    return " ".join(filter(None, (bold(name), handle(user_id))))


def block(lines: Iterable[str]) -> str:
    """Return lines as a code block to copy from, one name on each."""
    said = "\n".join(one_line(line).replace("`", _HARMLESS_TICK) for line in lines)
    return f"```\n{said}\n```"


def one_line(name: str) -> str:
    """Return a name that cannot pass for two."""
    return " ".join(name.split())


def others(profile: Profile) -> str:
    """Return the further accounts of a person, or nothing."""
    names = [escaped(one_line(each.name)) for each in profile.accounts[1:]]
    return f"with {', '.join(names)}" if names else ""


def evidence_words(grade: Grade, doubts: Iterable[str]) -> str:
    """Return how well somebody was seen, and why not better."""
    reasons = [escaped(doubt) for doubt in doubts]
    return f"evidence {grade.name.lower()}" + (f": {'; '.join(reasons)}" if reasons else "")


def case_words(case: Case | None, why_shown: int = _WHY_SHOWN) -> str:
    """Return what people made of a case so far, or nothing."""
    if case is None:
        return ""
    last = case.last
    by = "" if last.who is None else f" by {whom(last.who)}"
    shown = last.why[:why_shown] + (_CUT if len(last.why) > why_shown else "")
    why = f": {escaped(one_line(shown))}" if last.why else ""
    said = {
        CaseState.OPEN: f"reopened {when(last.at)}{by}{why}" if last.move is Move.REOPEN else "",
        CaseState.SECONDING: f"{_wants(case)} {when(last.at)}; a second officer has to agree",
        CaseState.NOTICED: f"noticed {when(last.at)}{by}",
        CaseState.SNOOZED: f"snoozed until {when(case.until_at, 'D')}{by}{why}",
        CaseState.DISMISSED: f"dismissed until {when(case.until_at, 'D')}{by}{why}",
        CaseState.NOT_YET: f"not yet until {when(case.until_at, 'D')}{by}{why}",
        CaseState.APPROVED: f"{_approved(case)} {when(last.at)}{by}",
    }
    return said.get(case.state, "")


def decided_words(decided: Sequence[Decided], move: Move, who: int) -> str:
    """Return what was done for whom, what comes next, and for whom nothing was done and why."""
    done: dict[str, list[str]] = {}
    not_done: dict[str, list[str]] = {}
    for each in decided:
        if each.refusal is not None:
            not_done.setdefault(_refused_words(each, who), []).append(bold(each.name))
        elif each.case is not None:
            done.setdefault(_done_words(each.case, move), []).append(bold(each.name))
    lines = [f"{_names(names)}: {said}" for said, names in done.items()]
    lines += [f"Not done for {_names(names)}: {said}" for said, names in not_done.items()]
    return "\n".join(lines)


def _names(names: Sequence[str]) -> str:
    return first_few(names, _NAMED_DONE)


def _done_words(case: Case, move: Move) -> str:
    """Return what a decision did, and what comes next."""
    until = "" if case.until_at is None else when(case.until_at, "D")
    if case.state is CaseState.SECONDING:
        return "your approval is noted. A second officer has to agree."
    if case.state is CaseState.APPROVED and case.kind is CaseKind.PROMOTION:
        rises = f"approved. Now promote to **{rank(case.target or '')}** in the game"
        return f"{rises}; it closes itself once Wise Old Man shows it."
    return {
        Move.APPROVE: "added to the removal list. Wise Old Man clears it once they have left.",
        Move.NOT_YET: f"not yet. Not suggested again before {until}; {_UNDONE_IN}.",
        Move.NOTICE: "marked as noticed.",
        Move.SNOOZE: f"snoozed until {until}.",
        Move.DISMISS: f"dismissed. Not listed again before {until}.",
        Move.CLOSE: "the case is closed.",
        Move.REOPEN: "taken back, and open again.",
    }[move]


def checking_words(accounts: Sequence[StaleAccount]) -> str:
    """Return what a decision waits for."""
    names = first_few([bold(each.name) for each in accounts], _NAMED)
    hours = LOOKED_AGAIN_AFTER // HOUR
    return f"Checking {names} at Wise Old Man first: our last look is over {hours} hours old."


def checked_words(looked: LookedAgain) -> str:
    """Return what the accounts showed when they were looked at again, and what was not seen."""
    lines = [f"Checked at Wise Old Man. {escaped(words)}." for words in rise_words(looked.rose)]
    if looked.stopped is not None:
        lines.append(f"Wise Old Man could not be asked: {looked.stopped}.")
    lines += [f"{bold(name)} was not looked at: {why}." for name, why in looked.failed]
    if looked.as_of is not None:
        lines.append(f"What is decided speaks as of {when(looked.as_of, 'f')}.")
    return "\n".join(lines) or "Checked at Wise Old Man: nothing new."


def _refused_words(decided: Decided, who: int) -> str:
    """Return to somebody why nothing was done, and who else stands in the way."""
    by = "" if decided.by is None or decided.by == who else f" ({whom(decided.by)})"
    return f"{escaped(decided.refusal or '')}{by}"


def until_at(text: str, clan: Clan, now: datetime) -> datetime:
    """Return until when somebody meant, as days or a date; ValueError says what would be right."""
    today = day_of(now, clan.zone)
    words = text.strip()
    if words.isdecimal():
        if not 1 <= int(words[:9]) <= LONGEST_WAIT_DAYS:
            raise ValueError(f"write 1 to {LONGEST_WAIT_DAYS} days, or a date")
        return now + timedelta(days=int(words))
    return _start_of(parse_day(words, today), today, clan)


def _start_of(day: date, today: date, clan: Clan) -> datetime:
    if not today < day <= today + timedelta(days=LONGEST_WAIT_DAYS):
        raise ValueError(
            f"{day} will not do; take a day from tomorrow on, within {LONGEST_WAIT_DAYS} days"
        )
    return day_span(day, clan.zone).start


def _approved(case: Case) -> str:
    return "approved" if case.kind is CaseKind.PROMOTION else "added to the removal list"


def _wants(case: Case) -> str:
    said = "approved this" if case.kind is CaseKind.PROMOTION else "wants to remove them"
    return f"{whom(case.last.who or 0)} {said}"
