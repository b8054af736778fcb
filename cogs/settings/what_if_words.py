"""What a draft would change, in words that somebody acts on: who would be flagged, now and then.

Whoever came back by themselves needed no notice; how many those were stands in the middle of it.
"""

from collections.abc import Iterator, Sequence

from bot.clan.clan_settings import SettingChange
from bot.clan.names import escaped
from bot.clan.profiles import Profile
from bot.clan.what_if import Fate, Flagged, Past, WhatIf
from bot.clan.wording import first_few, plural, share
from cogs._replies import small, when
from cogs.settings.words import label_of, role_name, value_said

_NAMED = 15
_MANY = "\N{HORIZONTAL ELLIPSIS}"
_NO_PAST = (
    "**3 months ago**  the bot had not seen enough yet to say whom this would have flagged then."
)


def what_if_said(found: WhatIf, changes: Sequence[SettingChange]) -> list[str]:
    """Return the paragraphs of the what-if."""
    return [
        "\n".join(_now(found, _with(changes))),
        "\n".join(_then(found)),
        "\n".join(_promotions(found)),
    ]


def _with(changes: Sequence[SettingChange]) -> str:
    """Return what is changed, as the beginning of a sentence."""
    if len(changes) != 1:
        return f"With these {len(changes)} changes"
    (change,) = changes
    if isinstance(change.before, int) and isinstance(change.after, int):
        path = ".".join(change.key)
        if change.key[:2] != ("enforcement", "limits"):
            after, before = value_said(path, change.after), value_said(path, change.before)
            return f"With \u201c{label_of(change.key)}\u201d at {after} instead of {before},"
    return "With this change"


def _now(found: WhatIf, with_: str) -> Iterator[str]:
    before, after = len(found.before.flagged), len(found.after.flagged)
    if not found.newly and not found.spared:
        yield f"**Now**  {with_} the same {plural(after, 'member')} would be flagged."
    else:
        more = abs(after - before)
        how = f"{more} {'more' if after > before else 'fewer'} {_members(more)}"
        turned = how if more else "as many, but others,"
        yield f"**Now**  {with_} **{turned} would be flagged**: {after} instead of {before}."
    yield small(*_make_up(found.before, found.after))
    if found.newly:
        yield f"Newly: {_names(_mains(found.newly))}"
    if found.spared:
        yield f"Not any more: {_names(_mains(found.spared))}"


def _make_up(before: Flagged, after: Flagged) -> Iterator[str]:
    ranks = ", ".join(f"{role_name(role)} {count}" for role, count in after.by_role.items())
    if ranks:
        yield ranks
    if after.alts:
        yield f"with {plural(after.alts, 'alt')} of theirs"
    yield f"can't tell {_count(before.cant_tell, after.cant_tell)}"
    yield f"away or exempt {_count(before.apart, after.apart)}"


def _count(before: int, after: int) -> str:
    return str(after) if before == after else f"{after} (now {before})"


def _then(found: WhatIf) -> Iterator[str]:
    past = found.past_after
    if past is None:
        yield _NO_PAST
        return
    flagged = len(past.then.flagged)
    if not flagged:
        yield f"**3 months ago**  it would have flagged nobody, {when(past.at, 'D')}."
    else:
        back = len(past.named(Fate.BACK))
        came = f"**{back} came back by themselves**" if back else "nobody came back unaided"
        yield (
            f"**3 months ago**  Of the {flagged} it would have flagged on {when(past.at, 'D')}, "
            f"{came}{_told(past, Fate.BACK)}"
        )
        yield from _others(past)
    if found.past_before is not None:
        yield small(_compared(found.past_before, past))


def _others(past: Past) -> Iterator[str]:
    for fate, words in (
        (Fate.BACK_NOTICED, "after a notice"),
        (Fate.LEFT, "left the clan"),
        (Fate.SILENT, "still silent"),
    ):
        if past.named(fate):
            yield f"\N{BULLET} {len(past.named(fate))} {words}{_told(past, fate)}"


def _told(past: Past, fate: Fate) -> str:
    names = past.named(fate)
    return f": {_names(names)}" if names else "."


def _compared(before: Past, after: Past) -> str:
    was, became = len(before.then.flagged), len(after.then.flagged)
    back, now_back = len(before.named(Fate.BACK)), len(after.named(Fate.BACK))
    held = f"Today's settings would have flagged {was}, and {back} of them came back by themselves"
    if was and became and now_back * was > back * became:
        return (
            f"{held}: {share(back, was)}, and {share(now_back, became)} with the change. "
            "More people would be asked who need no asking."
        )
    return f"{held}."


def _promotions(found: WhatIf) -> Iterator[str]:
    before, after = found.suggested_before, found.suggested_after
    new = [name for name in after if name not in before]
    gone = [name for name in before if name not in after]
    if not new and not gone:
        yield f"**Promotions**  the same {plural(len(after), 'member')} suggested."
        return
    yield f"**Promotions**  {plural(len(after), 'member')} suggested instead of {len(before)}."
    if new:
        yield f"Newly: {_names(new)}"
    if gone:
        yield f"Not any more: {_names(gone)}"


def _mains(profiles: Sequence[Profile]) -> list[str]:
    return [profile.main.name for profile in profiles]


def _names(names: Sequence[str]) -> str:
    return first_few([escaped(name) for name in names], _NAMED)


def _members(count: int) -> str:
    return "member" if count == 1 else "members"
