"""Many trials as two tables: whom each rule calls inactive, and whom it would promote."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from bot.demo.cast import Persona
from tests.truth.life import Why
from tests.truth.trial import Rule, Trial

_FLAGGED, _SILENT, _SEEN = "flagged", "silent", "silent and well observed"
_FOUND, _FOUND_SEEN = "found of the silent", "found of the silent and well observed"
_SUGGESTED, _STEADY, _SPAMMERS = "members", "steady", "spammers"
_BEHIND = "steady ones behind a spammer"
NEVER_TO_RISE: Mapping[Persona, str] = {
    Persona.GHOST: "ghosts",
    Persona.AWAY: "away",
    Persona.FADING: "faded",
    Persona.SLUMPED: "faded",
    Persona.ALT: "alts",
}
"""Whom no rule may suggest for a promotion, in the words of the table."""

Tally = Counter[tuple[Rule, str]]


def tally(trial: Trial) -> Tally:
    """Return the counts of one trial, to be summed."""
    found: Tally = Counter()
    truth = trial.truth
    for rule, flagged in trial.inactive.items():
        found[rule, _FLAGGED] = len(flagged)
        found[rule, _FOUND] = len(flagged & truth.silent)
        found[rule, _FOUND_SEEN] = len(flagged & truth.well_observed)
        found[rule, _SILENT] = len(truth.silent)
        found[rule, _SEEN] = len(truth.well_observed)
        found.update((rule, truth.alive[each]) for each in flagged - truth.silent)
    for rule, suggested in trial.suggested.items():
        parts = [trial.personas[each] for each in suggested]
        found[rule, _SUGGESTED] = len(parts)
        found[rule, _STEADY] = parts.count(Persona.STEADY)
        found[rule, _SPAMMERS] = parts.count(Persona.SPAMMER)
        found[rule, _BEHIND] = steady_behind_a_spammer(trial, rule)
        found.update((rule, NEVER_TO_RISE[part]) for part in parts if part in NEVER_TO_RISE)
    return found


def steady_behind_a_spammer(trial: Trial, rule: Rule) -> int:
    """Return how many steady members a rule lists after the first spammer."""
    parts = [trial.personas[each] for each in trial.suggested[rule]]
    first = parts.index(Persona.SPAMMER) if Persona.SPAMMER in parts else len(parts)
    return parts[first:].count(Persona.STEADY)


def markdown(found: Tally) -> str:
    """Return both tables."""
    return "\n".join([*_inactivity(found), "", *_promotions(found)])


def _inactivity(found: Tally) -> Iterator[str]:
    columns = ("accounts", *map(str, Why), "of the silent and well observed", "of all the silent")
    yield from _head("called inactive by", *columns)
    for rule in (Rule.OURS, Rule.NAMES):
        yield _row(
            rule,
            found[rule, _FLAGGED],
            *(found[rule, why] for why in Why),
            _of(found[rule, _FOUND_SEEN], found[rule, _SEEN]),
            _of(found[rule, _FOUND], found[rule, _SILENT]),
        )


def _promotions(found: Tally) -> Iterator[str]:
    never = dict.fromkeys(NEVER_TO_RISE.values())
    columns = (_SUGGESTED, _STEADY, *never, _SPAMMERS, _BEHIND)
    yield from _head("suggested for promotion by", *columns)
    for rule in (Rule.OURS, Rule.WRITERS, Rule.RAIDERS):
        yield _row(rule, *(found[rule, column] for column in columns))


def _head(first: str, *others: str) -> Iterable[str]:
    return _row(first, *others), "|---|" + "---:|" * len(others)


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}"


def _row(*cells: object) -> str:
    return (
        f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else str(cell) for cell in cells)} |"
    )
