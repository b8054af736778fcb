"""What leaves /inactive and /promotions as text: names to copy for the game, and whole lists.

In a code block as long as that fits into a message, as a file beyond it.
"""

from collections.abc import Sequence

from bot.clan.enforcement import Need
from bot.reports.documents import Document
from bot.reports.list_files import as_csv
from bot.reports.lists import inactive_rows
from bot.services.review import InactivityReview
from bot.wiring import Services
from cogs._deciding_words import LONGEST_BLOCK, block
from cogs._permissions import Interaction, clan_of
from cogs._replies import files

_WHOLE = "The whole list with every number; nobody else sees it."


def names_to_update(review: InactivityReview) -> list[str]:
    """Return the accounts that Wise Old Man should look at before anything can be said."""
    return [
        account.name
        for each in review.listed.cant_tell
        if Need.UPDATE in each.judgement.needs
        for account in each.profile.accounts
    ]


async def send_lines(interaction: Interaction, lines: Sequence[str], name: str, said: str) -> None:
    """Send lines to copy to whoever asked, as a file when they are too many for a message."""
    copied = block(lines)
    if len(copied) <= LONGEST_BLOCK:
        await interaction.followup.send(f"{said}\n{copied}", ephemeral=True)
        return
    made = Document(f"{name}.txt", "".join(f"{line}\n" for line in lines).encode())
    await interaction.followup.send(said, files=files(made), ephemeral=True)


async def send_list(interaction: Interaction, review: InactivityReview) -> None:
    """Send the whole list of the inactive as a file."""
    made = as_csv(inactive_rows(review.listed, review.policy, review.as_of))
    await interaction.followup.send(_WHOLE, files=files(made), ephemeral=True)


async def send_workbook(
    services: Services, interaction: Interaction, review: InactivityReview
) -> None:
    """Send the whole list of the inactive as a workbook of one sheet."""
    made = await services.details.inactive_workbook(clan_of(interaction), review)
    await interaction.followup.send(_WHOLE, files=files(made), ephemeral=True)
