"""/clanstats: what officers ask about their clan, and how the bot is set up."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.ranks import Permission
from bot.clan.spans import WINDOWS, Period
from bot.reports.dashboard.facts import DashboardOptions
from bot.services.game import unready
from bot.wiring import Services
from cogs._offers import Choices, Typed, members_offered, roles_offered
from cogs._permissions import Interaction, caller_may, clan_of, refuse, requires
from cogs._replies import PERIODS, tell
from cogs.activity import LONGEST, ActivityScreen, activity_answer
from cogs.bosses import BossesScreen, BossesState
from cogs.dashboard import FOLDER, ONE_FILE, dashboard_answer
from cogs.leave import Day, LeaveRequest, Reason, away_answer
from cogs.links import LinksScreen
from cogs.newcomers import NewcomersScreen, NewcomersState
from cogs.privacy import retention_words
from cogs.questions import QuestionsScreen, QuestionsState
from cogs.report import SUMMARY, WORKBOOK, ReportScreen, ReportState, StatusScreen, status_answer
from cogs.review import (
    SHOWS,
    AlertsScreen,
    AlertsState,
    AuditScreen,
    AuditState,
    CasesScreen,
    ExemptScreen,
    Show,
    cases_answer,
    exempt_answer,
)
from cogs.screens import add_screens
from cogs.settings import settings_answer
from cogs.setup import DigestScreen, SetupScreen, SetupState

_ONLY_ME = "me"
_WINDOWS = [app_commands.Choice(name=each.words, value=each.value) for each in WINDOWS]
_VISIBILITY = [
    app_commands.Choice(name="only me", value=_ONLY_ME),
    app_commands.Choice(name="everybody: the summary", value=SUMMARY),
    app_commands.Choice(name="everybody: the summary and the workbook", value=WORKBOOK),
]
_FORMS = [
    app_commands.Choice(name="one file", value=ONE_FILE),
    app_commands.Choice(name="the folder, zipped", value=FOLDER),
]


class ClanStats(commands.GroupCog, group_name="clanstats"):
    """Your clan in numbers, and the bot itself."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.describe(
        period="How far back (7 days if you do not say)", visibility="Who sees it (only you)"
    )
    @app_commands.choices(period=PERIODS)
    @app_commands.choices(visibility=_VISIBILITY)
    @requires(Permission.SEE_REPORTS, is_heavy=True)
    async def report(
        self, interaction: Interaction, period: int = Period.WEEK, visibility: str = _ONLY_ME
    ) -> None:
        """Show how the clan did: totals, top lists, a chart and an Excel file."""
        clan = clan_of(interaction)
        is_public = visibility != _ONLY_ME
        screen, state = ReportScreen(self.services), ReportState(Period(period))
        if is_public and not caller_may(interaction, ReportScreen.posting):
            await refuse(interaction, ReportScreen.posting)
        elif words := unready(clan):
            await tell(interaction, words)
        elif is_public:
            await screen.show_everybody(interaction, state, visibility)
        else:
            await screen.show(interaction, state)

    @app_commands.command()
    @app_commands.describe(
        period="How far back (30 days if you do not say)",
        duration="Hours that an event takes (2 if you do not say)",
        event="When an event was, to see what it did, like sat 20:00 or 2026-11-21 20:00",
    )
    @app_commands.choices(period=_WINDOWS)
    @requires(Permission.SEE_REPORTS, is_heavy=True)
    async def activity(
        self,
        interaction: Interaction,
        period: int = Period.MONTH,
        duration: app_commands.Range[int, 1, LONGEST] = 2,
        event: app_commands.Range[str, 1, 60] | None = None,
    ) -> None:
        """Show when the clan is there, the best times for an event, and what an event did."""
        await activity_answer(self.services, interaction, period, duration, event)

    @app_commands.command()
    @app_commands.describe(period="How far back (30 days if you do not say)")
    @app_commands.choices(period=_WINDOWS)
    @requires(Permission.SEE_REPORTS, is_heavy=True, needs_numbers=True)
    async def bosses(self, interaction: Interaction, period: int = Period.MONTH) -> None:
        """Show what the clan killed: most killed, by whom, raids, first kills and records."""
        await BossesScreen(self.services).show(interaction, BossesState(Period(period)))

    @app_commands.command()
    @app_commands.rename(form="as")
    @app_commands.describe(
        form="One file to send, or the folder (one file if you do not say)",
        inactive="Also who is surely inactive, for whoever may decide on that (no)",
        officers="Also who may rise, Discord names and all channels, for leadership (no)",
    )
    @app_commands.choices(form=_FORMS)
    @requires(Permission.SEE_REPORTS, is_heavy=True)
    async def dashboard(
        self,
        interaction: Interaction,
        form: str = ONE_FILE,
        *,
        inactive: bool = False,
        officers: bool = False,
    ) -> None:
        """Send you pages of the whole clan that open in any browser, without a network."""
        options = DashboardOptions(inactive=inactive, officers=officers)
        await dashboard_answer(self.services, interaction, form, options)

    @app_commands.command()
    @requires(Permission.SEE_REPORTS)
    async def status(self, interaction: Interaction) -> None:
        """Show how the bot is doing: last runs, coverage, what is wrong and how to mend it."""
        await status_answer(self.services, interaction)

    @app_commands.command()
    @requires(Permission.SEE_REPORTS, needs_numbers=True)
    async def alerts(self, interaction: Interaction) -> None:
        """List people to check in with: newcomers nobody answered, who went quiet, who shines."""
        await AlertsScreen(self.services).show(interaction, AlertsState())

    @app_commands.command()
    @app_commands.describe(period="How far back (30 days if you do not say)")
    @app_commands.choices(period=PERIODS)
    @requires(Permission.SEE_REPORTS, is_heavy=True, needs_numbers=True)
    async def questions(self, interaction: Interaction, period: int = Period.MONTH) -> None:
        """List open questions, how long answers take, who helps, and where questions wait."""
        await QuestionsScreen(self.services).show(interaction, QuestionsState(Period(period)))

    @app_commands.command()
    @app_commands.describe(period="How far back people joined (90 days if you do not say)")
    @app_commands.choices(period=PERIODS)
    @requires(Permission.SEE_REPORTS, is_heavy=True, needs_numbers=True)
    async def newcomers(self, interaction: Interaction, period: int = Period.QUARTER) -> None:
        """Show how far those who joined got, whom nobody answered, and who welcomes them."""
        await NewcomersScreen(self.services).show(interaction, NewcomersState(Period(period)))

    @app_commands.command()
    @requires(Permission.PROMOTE, is_heavy=True, needs_numbers=True)
    async def audit(self, interaction: Interaction) -> None:
        """Show how the officers do, and the hours of the week in which none of them is around."""
        await AuditScreen(self.services).show(interaction, AuditState())

    @app_commands.command()
    @requires(Permission.DECIDE_LINKS, needs_numbers=True)
    async def links(self, interaction: Interaction) -> None:
        """Decide whose account is whose: claims, and who is not linked yet."""
        await LinksScreen(self.services).open(interaction)

    @app_commands.command()
    @app_commands.describe(
        player="Whose whole history to show, by RuneScape name",
        show="Which list to show (open cases, if you do not say)",
    )
    @app_commands.choices(show=SHOWS)
    @requires(Permission.KICK)
    async def cases(
        self, interaction: Interaction, player: Typed | None = None, show: str = Show.STANDING
    ) -> None:
        """List what was decided about promotions and removals, and what is open still."""
        await cases_answer(self.services, interaction, player, Show(show))

    @app_commands.command()
    @app_commands.rename(first="from", last="until")
    @app_commands.describe(
        member="Whose leave to set, on this server",
        player="Whose leave to set, by RuneScape name",
        first="First day away, like today, friday, 24 Dec or 2026-12-24",
        last="Last day away, or how long, like 2 weeks",
        reason="Only the person and officers see it",
    )
    @requires(Permission.SET_LEAVE)
    async def away(  # noqa: PLR0913, PLR0917 - options of the command
        self,
        interaction: Interaction,
        member: discord.Member | None = None,
        player: Typed | None = None,
        first: Day | None = None,
        last: Day | None = None,
        reason: Reason | None = None,
    ) -> None:
        """List who is away, or set a leave for somebody."""
        user_id = None if member is None else member.id
        await away_answer(
            self.services, interaction, LeaveRequest(user_id, player, first, last, reason)
        )

    @app_commands.command()
    @app_commands.describe(
        player="Whom to exempt, by RuneScape name",
        role="Or the role whose holders to exempt",
        reason="Why; officers see it",
        until="Last day of it, like 24 Dec or 3 months (until it is ended, if you do not say)",
    )
    @requires(Permission.MANAGE)
    async def exempt(
        self,
        interaction: Interaction,
        player: Typed | None = None,
        role: Typed | None = None,
        reason: Reason | None = None,
        until: Day | None = None,
    ) -> None:
        """List who is never called inactive, or exempt a player or a role."""
        await exempt_answer(self.services, interaction, (player, role), reason, until)

    @away.autocomplete("player")
    @cases.autocomplete("player")
    @exempt.autocomplete("player")
    async def members(self, interaction: Interaction, typed: str) -> Choices:
        """Offer members by name."""
        return await members_offered(self.services, interaction, typed)

    @exempt.autocomplete("role")
    async def roles(self, interaction: Interaction, typed: str) -> Choices:
        """Offer the roles that members hold."""
        return await roles_offered(self.services, interaction, typed)

    @app_commands.command()
    @app_commands.describe(days="Days after somebody left this server; 0 keeps them for ever")
    @requires(Permission.MANAGE)
    async def retention(
        self, interaction: Interaction, days: app_commands.Range[int, 0, 3650]
    ) -> None:
        """Set how long people who left this server are kept before they are forgotten."""
        await self.services.privacy.keep_left_for(clan_of(interaction), days or None)
        await tell(interaction, retention_words(days))

    @app_commands.command()
    @app_commands.describe(file="Settings that Export made; you see what they change before saving")
    @requires(Permission.MANAGE)
    async def settings(
        self, interaction: Interaction, file: discord.Attachment | None = None
    ) -> None:
        """Change what members are judged by, who may do what, and see what that would change."""
        await settings_answer(self.services, interaction, file)

    @app_commands.command()
    @requires(Permission.SET_UP)
    async def setup(self, interaction: Interaction) -> None:
        """Join the Wise Old Man group, choose roles and channels, see what is missing."""
        await SetupScreen(self.services).show(interaction, SetupState())


async def setup(bot: ClanBot) -> None:
    """Add the group, and listen to what its screens can show."""
    await bot.add_cog(ClanStats(bot.services))
    services = bot.services
    screens = (
        *(ActivityScreen, AlertsScreen, AuditScreen, BossesScreen, CasesScreen),
        *(DigestScreen, ExemptScreen, LinksScreen, NewcomersScreen, QuestionsScreen),
        *(ReportScreen, SetupScreen, StatusScreen),
    )
    add_screens(bot, *(each(services) for each in screens))
