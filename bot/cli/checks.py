"""What the doctor checks. A check changes nothing; a warning costs something, a fault stops us."""

from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from bot.clan.diagnosis import Finding, fault, warning, well
from bot.clan.wording import plural
from bot.cli.context import CannotDo, CliContext
from bot.cli.exit_codes import storage_remedy, wom_remedy, wom_words, words_for
from bot.reports.paper import warm_up
from bot.services.setup import groups_called
from bot.settings import Settings
from bot.wiring import now
from storage.backup import back_up, must_be_writable
from storage.engine import Database
from storage.errors import WAIT_SECONDS, DriverMissing, StorageError, causes
from storage.migrate import NEWEST, refuse_beside_backups, revision
from storage.owner import owner_of
from wom.errors import WomError


def at_folder(folder: Path) -> Finding:
    """Return whether files can be made in the data folder, or where it would be made."""
    place = next(each for each in (folder, *folder.resolve().parents) if each.exists())
    try:
        with TemporaryFile(dir=place):
            return well("folder", f"{folder.absolute()} can be written")
    except OSError as error:
        words = f"{place} cannot be written: {error.strerror}"
        return fault("folder", words, "give us the right to, or set DATA_DIR")


def at_log(file: Path | None) -> Finding | None:
    """Return that the log's file cannot be written, or nothing when it can, or there is none."""
    if file is None:
        return None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8"):
            return None
    except OSError as error:
        words = f"{file} cannot be written: {error.strerror}"
        return fault("log", words, "give us the right to, or set LOG_FILE to another file")


async def at_database(settings: Settings, wait: float = WAIT_SECONDS) -> Finding:
    """Return whether the database can be copied whole and be written, and is of this version.

    A database that somebody else holds is waited for `wait` seconds.
    """
    try:
        path = Database(settings.database_url).path
    except DriverMissing as error:
        return fault("database", str(error), storage_remedy(error))
    if path is None:
        return await _of_version(settings.database_url)
    try:
        if not path.exists():
            refuse_beside_backups(path)
            return well("database", f"{path} is not there yet; the first start makes it")
        with causes(path.parent), TemporaryDirectory(dir=path.parent) as folder:
            copy = await back_up(path, Path(folder), now(), wait=wait)
            await must_be_writable(path, wait)
            found = await _of_version(copy, path)
        owner = owner_of(path)
        return found._replace(words=f"{found.words}; {owner} has it") if owner else found
    except StorageError as error:
        return fault("database", str(error), storage_remedy(error))


async def _of_version(place: Path | str, copied: Path | None = None) -> Finding:
    """Return of which version a database is; of one that is empty, that backups are beside it."""
    database = Database(place)
    try:
        found = await revision(database)
        if found is None and copied is not None:
            refuse_beside_backups(copied)
    except StorageError as error:
        return fault("database", str(error), storage_remedy(error))
    finally:
        await database.close()
    if found == NEWEST:
        return well("database", f"is whole and at {NEWEST}, the newest")
    if found is not None and found > NEWEST:
        words = f"is at {found}, newer than this ClanStats ({NEWEST})"
        return fault("database", words, "install the newest version")
    words = f"is at {found or 'nothing'}, older than this ClanStats ({NEWEST})"
    return warning("database", words, "the next start, or `clanstats migrate`")


async def at_wom(context: CliContext, settings: Settings) -> list[Finding]:
    """Return whether WOM answers us, knows our key and our group; nothing without a contact."""
    if settings.wom_contact is None:
        return []
    group_id = settings.wom_group_id
    with TemporaryDirectory() as folder:
        # The bot's own way to WOM, but not its database: a check must not migrate it.
        apart = settings.model_copy(update={"database_url": Path(folder) / "x.db"})
        try:
            async with context.open_services(apart) as services:
                found = await groups_called(services.wom, str(group_id or "clan"))
        except WomError as error:
            return [fault("wom", wom_words(error), wom_remedy(error))]
    findings = [well("wom", "answers" + (" and knows the key" if settings.wom_api_key else ""))]
    if group_id is not None and found:
        members = plural(found[0].members, "member")
        findings.append(well("group", f"{group_id} is {found[0].name} with {members}"))
    elif group_id is not None:
        words = f"{group_id} is not known to Wise Old Man"
        findings.append(fault("group", words, "check WOM_GROUP_ID"))
    return findings


def at_code(settings: Settings) -> list[Finding]:
    """Return whether the verification code is of use (only WOM knows if it is right), if any."""
    if settings.wom_group_secret is None:
        return []
    if settings.wom_group_id is None:
        words = "it is never sent: nobody said which group it belongs to"
        return [warning("code", words, "set WOM_GROUP_ID")]
    return [well("code", f"has nine digits and is sent for group {settings.wom_group_id} alone")]


async def at_discord(context: CliContext, settings: Settings) -> list[Finding]:
    """Return whether Discord knows the token, which intents are on, and whether the bot is there.

    There is the server of DISCORD_GUILD_ID. Nothing without a token.
    """
    if settings.discord_token is None:
        return []
    guild_id = settings.discord_guild_id
    try:
        shown = await context.check_discord(settings.need_discord(), guild_id)
    except CannotDo as error:
        return [fault("discord", error.what, error.remedy)]
    found = [well("discord", f"the token is that of {shown.name}, and its intents are switched on")]
    if shown.switches:
        found = [warning("discord", f"{shown.name}: {shown.costs}", shown.switches)]
    if shown.is_in_guild is False:
        words = f"{shown.name} is not in the server {guild_id} that DISCORD_GUILD_ID names"
        remedy = f"correct the number (Copy Server ID), or invite the bot there: {shown.invite}"
        found.append(fault("server", words, remedy))
    elif shown.is_in_guild:
        found.append(well("server", f"{shown.name} is in the server of DISCORD_GUILD_ID"))
    return found


def at_fonts() -> Finding:
    """Return whether charts can be drawn."""
    try:
        warm_up()
    except OSError as error:
        return fault("charts", words_for(error), "install matplotlib anew")
    return well("charts", "the font is there and a chart was drawn")
