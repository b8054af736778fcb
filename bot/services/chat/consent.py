"""Who may be counted: not those who opted out, and nothing written before its author was forgotten.

What was forgotten is remembered only while the bot runs, for history that is being read meanwhile.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.clan.names import wom_key
from bot.services.chat.facts import NO_USER, IncomingMessage
from storage import privacy
from storage.engine import Connection


class Forgetting:
    """Remembers until when each user's and speaker's lines were forgotten, by Discord server."""

    def __init__(self) -> None:
        self._until: dict[tuple[int, int | str], datetime] = {}

    def forget(
        self, guild_id: int, user_id: int, speakers: Collection[str], until: datetime
    ) -> None:
        """Refuse from now on what a user, or a speaker of the clan chat, wrote until an instant."""
        self._until[guild_id, user_id] = until
        for speaker in speakers:
            self._until[guild_id, speaker] = until

    def refuses(self, guild_id: int, heard: IncomingMessage) -> bool:
        """Return whether a message was forgotten."""
        who: int | str = heard.user_id
        if who == NO_USER:
            who = wom_key(heard.name)
        until = self._until.get((guild_id, who))
        return until is not None and heard.sent_at <= until


async def willing(
    connection: Connection, clan_id: int, heard: Sequence[IncomingMessage]
) -> list[IncomingMessage]:
    """Return the messages of those who did not opt out, neither here nor in the clan chat."""
    users = {each.user_id for each in heard if each.user_id != NO_USER}
    speakers = {wom_key(each.name) for each in heard if each.user_id == NO_USER}
    silent = await privacy.opted_out(connection, clan_id, users)
    mute = await privacy.opted_out_speakers(connection, clan_id, speakers)
    return [
        each
        for each in heard
        if each.user_id not in silent
        and (each.user_id != NO_USER or wom_key(each.name) not in mute)
    ]
