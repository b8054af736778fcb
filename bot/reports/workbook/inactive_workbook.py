"""The list of the inactive as a workbook of its own: the same sheet as in leadership's report."""

from bot.clan.wording import plural
from bot.reports.documents import Document
from bot.reports.lists import InactiveList, Listing, PromotionRow, Suggestions
from bot.reports.workbook.people import write_inactive
from bot.reports.workbook.sheets import StyledWorkbook


def inactive_workbook(told: InactiveList) -> Document:
    """Write the list; the same list always gives the same bytes."""
    listing = told.listing
    workbook = StyledWorkbook(f"{told.clan}: inactive", listing.as_of, told.zone)
    nobody = Listing(PromotionRow, (), listing.as_of, listing.policy_version)
    write_inactive(workbook, told.clan, Suggestions(nobody, listing, (), told.words))
    people = plural(len(listing.rows), "person", "people")
    return Document("inactive.xlsx", workbook.finish(), f"Inactive in {told.clan}: {people}.")
