"""What each press on /promotions and /inactive does; the permission is checked before any of it.

A decision is judged by what is so now and by the revision that the card showed; then the list is
drawn as it is afterwards.
"""

import re
from typing import Any, Self

import discord

from bot.clan.cases import Case, CaseKind
from bot.clan.decisions import possible_moves
from bot.clan.looking import is_checked
from bot.clan.names import escaped
from bot.clan.policy import CasePolicy
from bot.clan.ranks import Permission
from bot.services.ops import look_again
from bot.services.review import CaseAction, ReviewContext, Unsuggested
from bot.wiring import Services
from cogs._cases import history_view, kinds_for
from cogs._cases_buttons import newest
from cogs._deciding_forms import DecisionForm, FormInput, NoticeForm
from cogs._deciding_keys import MOVES, PATTERN, PERMISSIONS, Act, Button, Key, ReviewTab
from cogs._deciding_lists import names_to_copy, send_lines, send_list
from cogs._deciding_words import bold, checked_words, checking_words, decided_words, refused_words
from cogs._errors import explain, failure_of
from cogs._inactive import inactive_view
from cogs._links import LinksPanel, seen_at
from cogs._links_state import LinksState as QueueAt
from cogs._links_state import LinksTab as QueueTab
from cogs._noticing import TO_COPY, TO_POST, draft, send_notice
from cogs._permissions import Interaction, check_permission, clan_of
from cogs._promotions import copy_lines, promotions_view
from cogs._promotions_details import Drawn, details_view
from cogs._replies import acknowledge, files, open_form, tell
from cogs._updating import request_update

_FORMS = (Act.NOT_YET, Act.SNOOZE, Act.DISMISS)
_TURNS = (Act.TAB, Act.BACK, Act.HERE, Act.ON)


class Deciding:
    """Answers presses."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def action(self, interaction: Interaction, key: Key) -> None:
        """Check the permission, then do what the button stands for."""
        opens_form = key.act in {*_FORMS, Act.NOTICE, Act.CLOSE}
        if not opens_form:
            await acknowledge(interaction)
        if not await check_permission(interaction, self._services.clans, PERMISSIONS[key.at.kind]):
            return
        if opens_form:
            asks = self._ask_why_over if key.act is Act.CLOSE else self._ask
            await asks(interaction, key)
            return
        if key.act in MOVES:
            await self.record(interaction, key, FormInput())
        elif key.act in _TURNS:
            await self.redraw(interaction, key)
        elif key.act is Act.DETAILS:
            await self._show_details(interaction, key)
        else:
            await self._hand_out(interaction, key)

    async def record(self, interaction: Interaction, key: Key, said: FormInput) -> None:
        """Carry out a decision, say what came of it, and draw the list anew."""
        clan, who = clan_of(interaction), interaction.user.id
        move, at = MOVES[key.act], key.at
        action = CaseAction(at.kind, key.player_id, move, key.seen, at.days)
        if is_checked(at.kind, move):
            await self._look_again(interaction, key.player_id)
        decided = await self._services.cases.decide(
            clan, action, who, why=said.why, until_at=said.until_at
        )
        if decided.refusal is not None:
            await tell(interaction, refused_words(decided, who))
            await self.redraw(interaction, key, before=decided.read)
            return
        note = decided_words(decided, move)
        if key.act is Act.NOTICE:
            sent = await send_notice(interaction, clan, said.notice, decided.name or "")
            note = f"{note} {sent}"
        await self.redraw(interaction, key, note, before=decided.read)

    async def _look_again(self, interaction: Interaction, player_id: int) -> None:
        """Have Wise Old Man look at somebody again first, and say meanwhile and then how it went.

        What was decided on an old snapshot would hit who returned since.
        """
        clan, looking = clan_of(interaction), self._services.looking
        accounts = await looking.stale(clan, player_id)
        if not accounts:
            return
        waiting = await interaction.followup.send(
            checking_words(accounts), ephemeral=True, wait=True
        )
        looked = await look_again(looking, self._services.cases, clan, accounts)
        await waiting.edit(content=checked_words(looked))

    async def redraw(
        self,
        interaction: Interaction,
        key: Key,
        note: str = "",
        before: ReviewContext | None = None,
    ) -> None:
        """Show the list, or the details from which somebody pressed, as they are now.

        What was read `before` the decision is not read again.
        """
        drawn = await self._drawn(interaction, key, note, before)
        await interaction.edit_original_response(
            view=drawn.view, attachments=files(*drawn.documents)
        )

    async def _drawn(
        self, interaction: Interaction, key: Key, note: str, before: ReviewContext | None
    ) -> Drawn:
        services, clan, at = self._services, clan_of(interaction), key.at
        if at.tab is ReviewTab.HISTORY:
            return Drawn(await history_view(services, interaction, at, note))
        if at.person_id:
            return await details_view(services, clan, at, kinds_for(interaction), note, before)
        if at.kind is CaseKind.PROMOTION:
            return Drawn(await promotions_view(services, clan, at, note, before))
        return Drawn(await inactive_view(services, clan, at, note, before))

    async def _ask(self, interaction: Interaction, key: Key) -> None:
        """Open the form that a decision needs, unless there is nothing to decide any more."""
        clan, services = clan_of(interaction), self._services
        found, read = await services.review.suggestion(
            clan, key.at.kind, key.player_id, key.at.days
        )
        if isinstance(found, Unsuggested):
            await acknowledge(interaction)
            await tell(interaction, f"{bold(found.name)}: {escaped(found.words)}")
            await self.redraw(interaction, key, before=read)
            return
        form: DecisionForm | NoticeForm
        if key.act is Act.NOTICE:
            means = TO_COPY if clan.notice_channel_id is None else TO_POST
            form = NoticeForm(
                services, key, found.name, draft(found.name, clan), means, self.record
            )
        else:
            usual = _usual_days((await services.policies.of(clan)).cases, key.act)
            form = DecisionForm(services, key, found.name, usual, self.record)
        await open_form(interaction, form)

    async def _ask_why_over(self, interaction: Interaction, key: Key) -> None:
        """Open the form that ends a case, unless it is not as its card shows it any more."""
        found = await self._services.cases.of_person(clan_of(interaction), key.player_id)
        shown = newest(found, key.at.kind)
        if shown is None or not _is_shown(shown.case, key):
            await acknowledge(interaction)
            await self.record(interaction, key, FormInput())
            return
        form = DecisionForm(self._services, key, shown.name, None, self.record)
        await open_form(interaction, form)

    async def _show_details(self, interaction: Interaction, key: Key) -> None:
        """Show all about somebody beside the list."""
        at, kinds = key.about_person(), kinds_for(interaction)
        async with self._services.turns.of(interaction.user.id):
            drawn = await details_view(self._services, clan_of(interaction), at, kinds)
        await interaction.followup.send(
            view=drawn.view, files=files(*drawn.documents), ephemeral=True
        )

    async def _hand_out(self, interaction: Interaction, key: Key) -> None:
        """Give what was asked for beside the list; the list stays as it is."""
        services, clan, at = self._services, clan_of(interaction), key.at
        if key.act is Act.LINKS:
            if await check_permission(interaction, services.clans, Permission.DECIDE_LINKS):
                seen = await seen_at(services, interaction, QueueAt(QueueTab.PLAYERS))
                await interaction.followup.send(view=LinksPanel(services, seen), ephemeral=True)
            return
        if at.kind is CaseKind.PROMOTION:
            lines = copy_lines(await services.review.promotions(clan))
            await send_lines(interaction, lines, "promotions", "To be done in the game:")
            return
        review = await services.review.inactive(clan, at.days)
        if key.act is Act.UPDATE:
            await request_update(services, interaction, review)
        elif key.act is Act.FILE:
            await send_list(interaction, review)
        else:
            said = "To be removed:" if at.tab is ReviewTab.REMOVE else "All accounts of the sure:"
            await send_lines(interaction, names_to_copy(review, at.tab), "names", said)


def listener(services: Services) -> type[discord.ui.DynamicItem[Button]]:
    """Return what the bot has to listen with for presses on both lists, restarts included."""
    deciding = Deciding(services)

    class ListButton(discord.ui.DynamicItem[Button], template=PATTERN):
        """A button of a list, known by its id."""

        def __init__(self, pressed: Button, told: re.Match[str]) -> None:
            super().__init__(pressed)
            self._told = told

        @classmethod
        async def from_custom_id(
            cls,
            _interaction: discord.Interaction[Any],
            item: discord.ui.Item[Any],
            match: re.Match[str],
            /,
        ) -> Self:
            """Return the button that was pressed."""
            if not isinstance(item, discord.ui.Button):
                raise TypeError(f"{type(item).__name__} is no button")
            return cls(item, match)

        async def callback(self, interaction: Interaction) -> None:
            """Answer, and explain what goes wrong: nobody else would."""
            error = await failure_of(deciding.action(interaction, Key.read(self._told)))
            if error is not None:
                await explain(interaction, error)

    return ListButton


def _is_shown(case: Case, key: Key) -> bool:
    """Return whether a case is as its card shows it; of another one the record says why."""
    is_theirs = case.player_id == key.player_id and case.revision == key.seen
    return is_theirs and MOVES[key.act] in possible_moves(case)


def _usual_days(rules: CasePolicy, act: Act) -> int:
    return {
        Act.NOT_YET: rules.not_yet_days,
        Act.SNOOZE: rules.snooze_days,
        Act.DISMISS: rules.dismissed_days,
    }[act]
