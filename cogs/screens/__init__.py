"""What every answer with controls is made of: a frozen state, a pure drawing, handlers by name.

All that a press needs stands in the message, so every screen lives on after a restart.
"""

from cogs.screens.controls import (
    PICK,
    Controls,
    Paged,
    counted_labels,
    identity,
    lines_shown,
    option,
    page_shown,
    pages_of,
)
from cogs.screens.forms import Choice, Field, MemberField
from cogs.screens.listener import add_screens
from cogs.screens.posting import CUT_OFF, PostedScreen
from cogs.screens.screen import Acknowledge, Next, Press, Rendered, Screen, pressed
from cogs.screens.state import StateText, packed, unpacked

__all__ = [
    "CUT_OFF",
    "PICK",
    "Acknowledge",
    "Choice",
    "Controls",
    "Field",
    "MemberField",
    "Next",
    "Paged",
    "PostedScreen",
    "Press",
    "Rendered",
    "Screen",
    "StateText",
    "add_screens",
    "counted_labels",
    "identity",
    "lines_shown",
    "option",
    "packed",
    "page_shown",
    "pages_of",
    "pressed",
    "unpacked",
]
