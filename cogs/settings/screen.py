"""/clanstats settings: pages, the draft of what is changed, the what-if, and saving it.

Nothing holds before it is saved, and nobody changes who is flagged without having seen whom.
"""

from dataclasses import replace
from typing import Any, cast

import discord

from bot.clan.clan_settings import ClanSettings, Draft, permissions_fault
from bot.clan.posting import PostingChannel, PostingState, posting_finding
from bot.clan.ranks import Authority, Caller, Permission
from bot.services.game import unready
from bot.services.ops import NotYourTurn
from bot.services.setup import NotAllowed, OpenDraft, Outdated, exported, ladder_of
from cogs._permissions import Interaction, clan_of, turn_of
from cogs._posting_channels import posting_state
from cogs._replies import files
from cogs.screens import Acknowledge, Next, Press, Rendered, Screen, pressed
from cogs.settings.forms import (
    Taken,
    bar_of,
    ladder_field,
    limit_field,
    number_fields,
    take_ladder,
    take_limit,
    take_numbers,
    take_tiers,
    tier_fields,
)
from cogs.settings.layout import SHEETS, Section
from cogs.settings.pages import LOOK_FIRST, ON, page
from cogs.settings.picks import EVERYBODY
from cogs.settings.state import CONTROLS, SettingsFound, SettingsState, whose_draft
from cogs.settings.words import GONE, faults_said, label_of, of_rank, saved_said

_STILL_ASKING = "What if is still being worked out: wait for it, then press again."

_Shown = Next[SettingsState, SettingsFound]


class SettingsScreen(Screen[SettingsState, SettingsFound]):
    """The settings of a clan, with the draft of whoever looks at them."""

    controls = CONTROLS
    permission = Permission.MANAGE

    async def read(self, interaction: Interaction, state: SettingsState) -> SettingsFound:
        """Return what holds, with what is changed and not saved."""
        services, clan = self.services, clan_of(interaction)
        held = services.drafts.of(whose_draft(interaction))
        if held is None or not held.is_begun:
            now = await services.policies.clan_settings(clan)
            held = OpenDraft(Draft(now, now), 0, services.clock())
        newest = next(iter(await services.policies.history(clan, 1)), None)
        found = SettingsFound(
            held.draft,
            ladder_of(clan, held.draft.proposed.policy),
            is_wom_order=bool(clan.role_orders),
            is_ready=unready(clan) is None,
            zone=clan.zone.key,
            version=held.draft.base.policy.version if newest is None else newest.version,
            made=None if newest is None else (newest.made_by, newest.made_at),
            typed=held.typed,
            looked_at=held.looked_at,
            what_if=held.what_if,
        )
        if state.tab is Section.WHAT_IF and found.answered is not None:
            return found
        if state.tab is Section.CHANNELS:
            found = replace(found, posting=await _posting(interaction.guild, found.clan_settings))
        return replace(found, ranks_held=await services.exemptions.roles(clan))

    def render(self, state: SettingsState, answer: SettingsFound, note: str = "") -> Rendered:
        """Return a page, what is not saved yet under it, and what to do with it."""
        return Rendered(page(state, answer, note))

    def instead(self, act: str, press: Press[SettingsState]) -> _Shown | None:
        """Return what holds where the draft on the message is gone.

        Raises NotYourTurn while its what-if is worked out.
        """
        held = self.services.drafts.of(whose_draft(press.interaction))
        if held is not None and held.is_asking:
            raise NotYourTurn(_STILL_ASKING)
        if press.state.draft == 0 or (held is not None and held.number == press.state.draft):
            return None
        tab = Section(press.values[0]) if act == "section" else press.state.tab
        return self._next(press, GONE, tab=tab)

    @pressed()
    async def section(self, press: Press[SettingsState]) -> _Shown:
        """Turn to another page."""
        return self._next(press, tab=Section(press.values[0]), rank="")

    @pressed()
    async def several(self, press: Press[SettingsState]) -> _Shown:
        """Put what was picked of a list of the policy into the draft, in the order of the list."""
        part, _, name = press.argument.partition(".")
        order = dict.fromkeys(each.value for each in press.options("several"))
        picked = [each for each in order if each in press.values]
        held = await self._held(press)
        return self._changed(press, held, held.draft.having(**{part: {name: picked}}))

    @pressed()
    async def highest(self, press: Press[SettingsState]) -> _Shown:
        """Put the highest rank that is suggested into the draft."""
        held = await self._held(press)
        changed = held.draft.having(promotion={"highest_rank": _rank_in(press)})
        return self._changed(press, held, changed)

    @pressed()
    async def bar(self, press: Press[SettingsState]) -> _Shown:
        """Show another rank's steady bar."""
        return self._next(press, rank=_rank_in(press))

    @pressed()
    async def no_bar(self, press: Press[SettingsState]) -> _Shown:
        """Let the usual bar hold for the rank that is shown."""
        held = await self._held(press)
        return self._changed(press, held, held.draft.barring(press.state.rank, None))

    @pressed()
    async def second_officer(self, press: Press[SettingsState]) -> _Shown:
        """Have a second person agree to decisions, or not any more."""
        held = await self._held(press)
        changed = held.draft.having(cases={"second_officer": press.argument == ON})
        return self._changed(press, held, changed)

    @pressed()
    async def who_may(self, press: Press[SettingsState]) -> _Shown:
        """Give a permission, unless that locks out or lets in whoever picks it."""
        level: dict[str, Any] = {press.argument: Authority[press.values[0].upper()]}
        held = await self._held(press)
        permissions = replace(held.draft.proposed.permissions, **level)
        fault = permissions_fault(_caller(press), held.draft.base.permissions, permissions)
        if fault is not None:
            return self._next(press, fault)
        return self._changed(press, held, held.draft.gating(permissions))

    @pressed()
    async def place(self, press: Press[SettingsState]) -> _Shown:
        """Put a channel into the draft, or that there is none."""
        channel_id = int(press.values[0]) if press.values else None
        held = await self._held(press)
        place: dict[str, Any] = {press.argument: channel_id}
        changed = replace(held.draft, proposed=replace(held.draft.proposed, **place))
        kind = PostingChannel(press.argument)
        note = await _closed(press.interaction.guild, kind, channel_id)
        return self._changed(press, held, changed, note)

    @pressed(acknowledge=Acknowledge.FORM)
    async def numbers(self, press: Press[SettingsState]) -> None:
        """Ask for the numbers of a sheet, on the page of steady bars those of the shown rank."""
        key, held = press.argument, await self._held(press)
        rank = bar_of(key, press.state.rank)
        fields = number_fields(held.draft.proposed, held.typed, key, rank)
        await press.ask("numbered", of_rank(SHEETS[key].title, rank), *fields, argument=key)

    @pressed()
    async def numbered(self, press: Press[SettingsState]) -> _Shown:
        """Put the numbers into the draft."""
        held, rank = await self._asked(press), bar_of(press.argument, press.state.rank)
        return self._taken(press, held, take_numbers(held.draft, press.filled, rank), rank)

    @pressed(acknowledge=Acknowledge.FORM)
    async def limit(self, press: Press[SettingsState]) -> None:
        """Ask how many days the holders of the picked rank may be silent."""
        (rank,) = press.values
        held = await self._held(press)
        field = limit_field(held.draft.proposed, held.typed, rank)
        await press.ask("limited", of_rank("Limit", rank), field, argument=rank)

    @pressed()
    async def limited(self, press: Press[SettingsState]) -> _Shown:
        """Put the limit of a rank into the draft."""
        held, rank = await self._asked(press), press.argument
        return self._taken(press, held, take_limit(held.draft, press.filled, rank), rank)

    @pressed(acknowledge=Acknowledge.FORM)
    async def ladder(self, press: Press[SettingsState]) -> None:
        """Ask for the order of the ranks."""
        await self._held(press)
        found = await self.read(press.interaction, press.state)
        await press.ask("ordered", "Ladder", ladder_field(found))

    @pressed()
    async def ordered(self, press: Press[SettingsState]) -> _Shown:
        """Put the order of the ranks into the draft."""
        found = await self.read(press.interaction, press.state)
        held = await self._asked(press)
        return self._taken(press, held, take_ladder(held.draft, press.filled, found))

    @pressed(acknowledge=Acknowledge.FORM)
    async def tiers(self, press: Press[SettingsState]) -> None:
        """Ask which ranks in the game lead the clan, belong to it, and are officers."""
        await self._held(press)
        found = await self.read(press.interaction, press.state)
        await press.ask("ranked", "Roles", *tier_fields(found))

    @pressed()
    async def ranked(self, press: Press[SettingsState]) -> _Shown:
        """Put the ranks of each kind into the draft."""
        found = await self.read(press.interaction, press.state)
        held = await self._asked(press)
        return self._taken(press, held, take_tiers(held.draft, press.filled, found, _caller(press)))

    @pressed()
    async def what_if(self, press: Press[SettingsState]) -> _Shown:
        """Ask what the draft would change, and show the answer with the draft under it."""
        drafts, whose = self.services.drafts, whose_draft(press.interaction)
        held = await self._held(press)
        drafts.keep(whose, replace(held, is_asking=True))
        policy = held.draft.proposed.policy
        try:
            async with turn_of(press.interaction, self.services):
                found = await self.services.review.what_if(press.clan, policy)
            held = replace(held, looked_at=policy, what_if=found)
        finally:
            drafts.keep(whose, held)
        return self._next(press, tab=Section.WHAT_IF)

    @pressed()
    async def save(self, press: Press[SettingsState]) -> _Shown:
        """Save all of it, or say why not and keep the draft."""
        found = await self.read(press.interaction, press.state)
        if found.needs_look:
            return self._next(press, f"{LOOK_FIRST}.")
        draft, policies = found.draft, self.services.policies
        try:
            await policies.settle(press.clan, draft, _caller(press), press.interaction.user.id)
        except NotAllowed as fault:
            return self._next(press, f"Nothing was saved. {fault}")
        except Outdated:
            merged, note = _onto(await policies.clan_settings(press.clan), draft)
            return self._changed(press, await self._asked(press), merged, note)
        self.services.drafts.drop(whose_draft(press.interaction))
        return self._next(press, saved_said(draft))

    @pressed()
    async def discard(self, press: Press[SettingsState]) -> _Shown:
        """Forget the draft, and show what holds."""
        self.services.drafts.drop(whose_draft(press.interaction))
        return self._next(press, "The draft is discarded: nothing was changed.")

    @pressed()
    async def export(self, press: Press[SettingsState]) -> None:
        """Send what holds as a file, privately."""
        held = self.services.drafts.of(whose_draft(press.interaction))
        document = exported(await self.services.policies.of(press.clan), press.clan)
        draft = " The draft is not in it." if held is not None and held.draft.changes else ""
        await press.interaction.followup.send(
            f"The settings as they hold now.{draft} Read it in with `/clanstats settings file:`.",
            files=files(document),
            ephemeral=True,
        )

    async def _held(self, press: Press[SettingsState]) -> OpenDraft:
        """Return the draft that is worked on, or a new one on what holds now."""
        drafts, whose = self.services.drafts, whose_draft(press.interaction)
        held = drafts.of(whose)
        if held is not None and held.is_begun:
            return held
        now = await self.services.policies.clan_settings(press.clan)
        # Another press may have begun one meanwhile.
        held = drafts.of(whose)
        if held is not None and held.is_begun:
            return held
        return drafts.begin(whose, Draft(now, now))

    async def _asked(self, press: Press[SettingsState]) -> OpenDraft:
        """Return the draft on which a form was opened; after a restart one on what holds now."""
        return self.services.drafts.of(whose_draft(press.interaction)) or await self._held(press)

    def _changed(
        self, press: Press[SettingsState], held: OpenDraft, draft: Draft, note: str = ""
    ) -> _Shown:
        """Keep a draft that was changed, and show its page."""
        self.services.drafts.keep(whose_draft(press.interaction), replace(held, draft=draft))
        return self._next(press, note)

    def _taken(
        self, press: Press[SettingsState], held: OpenDraft, taken: Taken, rank: str = ""
    ) -> _Shown:
        """Keep what could be taken of a form, and what could not for when it is opened again."""
        sent = {(path, rank): text for path, text in press.filled.items()}
        others = {key: text for key, text in held.typed.items() if key not in sent}
        again = {(path, rank): press.filled[path] for path in taken.faults}
        held = replace(held, typed=others | again)
        return self._changed(press, held, taken.draft, faults_said([*taken.faults.values()]))

    def _next(self, press: Press[SettingsState], note: str = "", **changed: object) -> _Shown:
        """Show a page with the draft as it is now."""
        number = self.services.drafts.shown(whose_draft(press.interaction))
        shown: dict[str, Any] = {**changed, "draft": number}
        return Next(replace(press.state, **shown), note)


def _caller(press: Press[SettingsState]) -> Caller:
    return cast("Caller", press.interaction.extras["caller"])


def _rank_in(press: Press[SettingsState]) -> str:
    """Return the rank that was picked; nothing for everybody."""
    (picked,) = press.values
    return "" if picked == EVERYBODY else picked


def _onto(newest: ClanSettings, draft: Draft) -> tuple[Draft, str]:
    """Return a draft on what others saved meanwhile, and what became of it."""
    draft, lost = draft.onto(newest)
    kept = "Your changes stand on top of them: look again and save."
    if lost:
        names = ", ".join(label_of(change.key) for change in lost)
        kept = f"They changed the same as you, so theirs holds for: {names}."
    return draft, f"Nothing was saved: somebody else changed the settings meanwhile. {kept}"


async def _posting(
    guild: discord.Guild | None, settings: ClanSettings
) -> dict[PostingChannel, PostingState]:
    """Return how it is with each channel in which the bot posts."""
    if guild is None:
        return {}
    return {
        kind: await posting_state(guild, kind, getattr(settings, kind.value))
        for kind in PostingChannel
    }


async def _closed(guild: discord.Guild | None, kind: PostingChannel, place: int | None) -> str:
    """Return what keeps the bot from posting in a channel, or nothing."""
    if guild is None or place is None:
        return ""
    found = posting_finding(kind, await posting_state(guild, kind, place))
    return f"**{found.about}**  {found.words}. {found.next_step}" if found.next_step else ""
