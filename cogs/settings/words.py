"""The settings in words: each value as it stands on its page, and each change from what to what."""

from collections.abc import Iterable, Iterator, Sequence

from bot.clan.clan_settings import Draft, Key, SettingChange
from bot.clan.labels import ALERTS, SIGNALS
from bot.clan.names import escaped
from bot.clan.thresholds import THRESHOLDS, Threshold
from bot.clan.wording import first_few, role_words

ARROW = " \N{RIGHTWARDS ARROW} "
GONE = (
    "These changes were left for over an hour, or ended elsewhere, or the bot was restarted: what "
    "was not saved is gone. Here are the settings as they hold now."
)
HOLDERS = {"member": "members", "officer": "officers", "leadership": "leadership"}

_NAMES = {
    **{str(signal): label.name for signal, label in SIGNALS.items()},
    **{str(kind): label.name for kind, label in ALERTS.items()},
}
_SHOWN, _LONGEST, _MOST_RANKS = 12, 200, 20
_FAULTS_SHOWN, _LONGEST_MESSAGE = 15, 2_000
_MORE = "\N{HORIZONTAL ELLIPSIS}"
_TICK = "\N{WHITE HEAVY CHECK MARK}"
WARNING = "\N{WARNING SIGN}\N{VARIATION SELECTOR-16}"
_NOT_TAKEN = "-# Only this was not taken; what you typed still stands in the form."


def of_rank(title: str, rank: str) -> str:
    """Return a title with the rank it is about, if it is about one."""
    return f"{title} of {role_words(rank)}" if rank else title


def faults_said(faults: Sequence[str]) -> str:
    """Return what of a form was not taken, and that the rest was; nothing when all of it was."""
    lines = [f"{WARNING} {escaped(words)}." for words in dict.fromkeys(faults)]
    return "\n".join([*lines, _NOT_TAKEN]) if lines else ""


def file_faults_said(faults: Sequence[str]) -> str:
    """Return why a file cannot be used, in one message."""
    lines = [f"\N{BULLET} {escaped(fault)}" for fault in faults[:_FAULTS_SHOWN]]
    if len(faults) > _FAULTS_SHOWN:
        lines.append(f"\N{BULLET} and {len(faults) - _FAULTS_SHOWN} more")
    head = "The file cannot be used, and nothing was changed:"
    return "\n".join([head, *lines])[:_LONGEST_MESSAGE]


def role_name(role: str) -> str:
    """Return a rank as people read it, whatever stands in it."""
    return escaped(role_words(role))


def roles_said(roles: Sequence[str]) -> str:
    """Return ranks on one line; not more than can be read."""
    return first_few([role_name(role) for role in roles], _MOST_RANKS) or "none"


def value_said(path: str, value: object) -> str:
    """Return a plain value as it reads on a page."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if path.startswith("places."):
        return f"<#{value}>"
    if isinstance(value, str):
        return HOLDERS.get(value) or role_name(value) or "the last below officers"
    if isinstance(value, list | tuple):
        named = [name for kind, name in _NAMES.items() if kind in value]
        return ", ".join(named) or roles_said(value)
    return THRESHOLDS[path].says(value)


def changes_said(changes: Sequence[SettingChange]) -> list[str]:
    """Return a line for each value that changes; not more than can be read."""
    lines = [f"\N{BULLET} {_cut(line)}" for change in changes for line in _lines(change)]
    if len(lines) <= _SHOWN:
        return lines
    return [*lines[:_SHOWN], f"\N{BULLET} and {len(lines) - _SHOWN} more"]


def saved_said(draft: Draft) -> str:
    """Return what was saved, and as which version if people are judged otherwise by it."""
    before, version = draft.base.policy.version, draft.proposed.policy.version
    as_version = f", version {version}" if version != before else ""
    return "\n".join([f"{_TICK} **Saved**{as_version}:", *changes_said(draft.changes)])


def label_of(key: Key) -> str:
    """Return what a value is called."""
    match key:
        case ("enforcement", "limits", rank):
            return f"Limit of {role_name(rank)}"
        case ("promotion", "steady_by_rank", rank):
            return f"Steady bar of {role_name(rank)}"
        case ("gates", "tiers"):
            return "Leadership, staff and member ranks"
        case ("promotion", "steady", name):
            return f"Steady: {_bar(name).label.lower()}"
    path = ".".join(key)
    return THRESHOLDS.get(path, Threshold(path, "", "")).label


def _lines(change: SettingChange) -> Iterator[str]:
    label = label_of(change.key)
    match change.key:
        case ("enforcement", "limits", _):
            before, after = (_limit(each) for each in (change.before, change.after))
            yield _line(label, before, after)
        case ("promotion", "steady_by_rank", _):
            yield from _bar_lines(label, change)
        case ("gates", "tiers"):
            for name in ("tier_1", "tier_2"):
                yield from _tier_lines(name, change)
        case _:
            yield from _plain_lines(".".join(change.key), label, change.before, change.after)


def _plain_lines(path: str, label: str, before: object, after: object) -> Iterator[str]:
    if not (isinstance(before, list) and isinstance(after, list)):
        yield _line(label, value_said(path, before), value_said(path, after))
    elif path == "ladder":
        yield _line(label, _order(before), _order(after))
    else:
        yield f"**{label}**  {_moved(path, before, after)}"


def _moved(path: str, before: Sequence[str], after: Sequence[str]) -> str:
    if not after:
        return "none"
    new = [each for each in after if each not in before]
    gone = [each for each in before if each not in after]
    told = [f"with {value_said(path, new)}"] if new else []
    told += [f"without {value_said(path, gone)}"] if gone else []
    return ", ".join(told) or f"in another order: {value_said(path, after)}"


def _order(roles: Iterable[str]) -> str:
    return " > ".join(map(role_name, roles)) or "the usual one"


def _limit(days: object) -> str:
    return "as others" if days is None else THRESHOLDS["enforcement.limits"].says(days)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}{_MORE}"


def _bar_lines(label: str, change: SettingChange) -> Iterator[str]:
    before, after = change.before, change.after
    if not isinstance(after, dict):
        yield _line(label, "its own", "as everybody")
    elif not isinstance(before, dict):
        told = (f"{_bar(name).label.lower()} {_bar(name).says(after[name])}" for name in after)
        yield _line(label, "as everybody", ", ".join(told))
    else:
        for name in after:
            if before[name] != after[name]:
                words = _bar(name)
                was, became = words.says(before[name]), words.says(after[name])
                yield _line(f"{label}: {words.label.lower()}", was, became)


def _bar(name: str) -> Threshold:
    return THRESHOLDS[f"promotion.steady.{name}"]


def _tier_lines(name: str, change: SettingChange) -> Iterator[str]:
    before, after = (
        list(each[name]) if isinstance(each, dict) else [] for each in (change.before, change.after)
    )
    if before != after:
        path = f"gates.{name}"
        yield from _plain_lines(path, THRESHOLDS[path].label, before, after)


def _line(label: str, before: str, after: str) -> str:
    return f"**{label}**  {before}{ARROW}{after}"
