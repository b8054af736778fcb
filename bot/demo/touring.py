"""How a step of the tour reads what it sees, and how it complains."""

from simcord import InteractionResult, ResponseMessage
from simcord.components import walk_components

_LIST, _FIELD = 3, 4
"""Discord's number for a field of text."""


class TourFailed(Exception):
    """A step of the tour was not as it should be."""


class NobodyListed(TourFailed):
    """A list of which the tour would pick somebody has nobody on it."""


def answers(result: InteractionResult, step: str) -> list[ResponseMessage]:
    """Return the answer and what followed it, such as a public post after a private word."""
    first = [] if result.response is None else [result.response]
    if not first and not result.followups:
        raise TourFailed(f"{step}: no answer")
    return [*first, *result.followups]


def words_of(answer: ResponseMessage) -> str:
    """Return all the text of an answer, wherever in its components it stands."""

    def texts(part: object) -> list[str]:
        if isinstance(part, dict):
            own = [str(part[key]) for key in ("content", "label") if part.get(key)]
            return own + [text for value in part.values() for text in texts(value)]
        if isinstance(part, list):
            return [text for item in part for text in texts(item)]
        return []

    return "\n".join([answer.content, *texts(answer.components)])


def button_of(panel: ResponseMessage, label: str) -> str:
    """Return the id of the first button whose label begins so."""
    for part in walk_components(panel.components):
        if str(part.get("label", "")).startswith(label) and not part.get("disabled"):
            return str(part["custom_id"])
    raise TourFailed(f"no button {label!r} in {words_of(panel)}")


def control_of(panel: ResponseMessage, start: str) -> str:
    """Return the id of the first control whose id begins so."""
    for part in walk_components(panel.components):
        if str(part.get("custom_id", "")).startswith(f"{start}:"):
            return str(part["custom_id"])
    raise TourFailed(f"no control {start!r} in {words_of(panel)}")


def typed(form: InteractionResult, *texts: str) -> dict[str, str | list[str]]:
    """Return what is sent with a form: the texts in the order of its fields, the rest as it is."""
    if form.modal is None:
        raise TourFailed("no form was opened")
    parts = list(walk_components(form.modal["components"]))
    fields = [part for part in parts if part["type"] == _FIELD]
    filled = {str(each["custom_id"]): str(each.get("value") or "") for each in fields}
    chosen = {
        str(part["custom_id"]): [each["value"] for each in part["options"] if each.get("default")]
        for part in parts
        if part["type"] == _LIST
    }
    return filled | dict(zip(filled, texts, strict=False)) | chosen


def must(holds: bool, complaint: str) -> None:  # noqa: FBT001 - reads as a sentence
    """End the tour with a complaint where something does not hold."""
    if not holds:
        raise TourFailed(complaint)
