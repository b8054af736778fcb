"""What the environment may say, and what is answered when it says something wrong."""

import itertools
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.clan.diagnosis import Finding
from bot.clan.shards import Shards
from bot.settings import KEYS, Settings, SettingsError, costs, load, missing

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def faults_of(environment: Mapping[str, str], env_file: Path | None = None) -> tuple[Finding, ...]:
    with pytest.raises(SettingsError) as caught:
        load(environment, env_file)
    return caught.value.faults


def test_an_empty_environment_is_enough_to_start_something() -> None:
    settings = load({}, None)
    assert settings.database_url == Path("data/clan_data.db")
    assert settings.poll_every == timedelta(hours=1)
    assert settings.update_all_every == timedelta(hours=12)
    assert settings.history_days == 90
    assert settings.wom_base_url == "https://api.wiseoldman.net/v2"
    assert settings.discord_token is None


def test_the_surroundings_of_the_process_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOM_GROUP_ID", "139")
    assert load({}, None).wom_group_id is None


def test_importing_needs_no_environment() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", "import sys; sys.path.insert(0, '.'); import bot.settings"],
        cwd=EXAMPLE.parent,
        env={},
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_example_file_names_exactly_the_keys() -> None:
    assert re.findall(r"^(\w+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE) == list(KEYS)


def test_every_key_of_the_example_has_one_comment_above_it() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for above, line in itertools.pairwise(lines):
        if not line.startswith("#") and "=" in line:
            assert above.startswith("# "), line


def test_the_example_file_says_nothing_but_the_defaults() -> None:
    assert load({}, EXAMPLE) == load({}, None)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("WOM_GROUP_ID=1\nHISTORY_DAYS=30\nPOLL_EVERY=\n", "utf-8")
    settings = load({"WOM_GROUP_ID": "2", "HISTORY_DAYS": ""}, env_file)
    assert (settings.wom_group_id, settings.history_days) == (2, 30)


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert load({}, tmp_path / ".env") == load({}, None)


def test_an_empty_text_is_not_set() -> None:
    assert load(dict.fromkeys(KEYS, "  "), None) == load({}, None)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("300s", timedelta(minutes=5)),
        ("30m", timedelta(minutes=30)),
        ("1h", timedelta(hours=1)),
        (" 1D ", timedelta(days=1)),
        ("1 hour", timedelta(hours=1)),
        ("30 min", timedelta(minutes=30)),
        ("2 Hrs", timedelta(hours=2)),
        ("400 seconds", timedelta(seconds=400)),
        ("2days", timedelta(days=2)),
    ],
)
def test_a_length_of_time_is_a_number_with_a_unit(text: str, length: timedelta) -> None:
    assert load({"POLL_EVERY": text}, None).poll_every == length


@pytest.mark.parametrize(
    "text", ["3600", "4m", "299s", "-1h", "1.5h", "1h30m", "soon", "٣h", "1 month"]
)
def test_other_lengths_of_time_are_refused(text: str) -> None:
    (fault,) = faults_of({"POLL_EVERY": text})
    assert fault.about == "POLL_EVERY"
    assert "30m" in fault.next_step


def test_refreshing_everybody_is_not_done_more_often_than_every_six_hours() -> None:
    assert load({"UPDATE_ALL_EVERY": "6h"}, None).update_all_every == timedelta(hours=6)
    assert [fault.about for fault in faults_of({"UPDATE_ALL_EVERY": "359m"})] == [
        "UPDATE_ALL_EVERY"
    ]


@given(st.from_regex(r"\A *[0-9]{3}-?[0-9]{3}-?[0-9]{3} *\Z"))
def test_the_group_code_is_kept_in_one_spelling(text: str) -> None:
    code = load({"WOM_GROUP_SECRET": text}, None).wom_group_secret
    assert code is not None
    assert re.fullmatch(r"\d{3}-\d{3}-\d{3}", code.get_secret_value())
    assert code.get_secret_value().replace("-", "") == text.replace("-", "").strip()


@pytest.mark.parametrize("text", ["12345678", "3141592650", "12-3456-789", "١٢٣-٤٥٦-٧٨٩", "a"])
def test_anything_but_nine_digits_is_no_group_code(text: str) -> None:
    assert [fault.about for fault in faults_of({"WOM_GROUP_SECRET": text})] == ["WOM_GROUP_SECRET"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:///clan.db", Path("clan.db")),
        ("sqlite:////var/clan.db", Path("/var/clan.db")),
        ("sqlite+aiosqlite:///clan.db", Path("clan.db")),
        (
            " SQLite:///100% clan/da%20ta/q?x #/cl\u00e4n.db ",
            Path("100% clan/da%20ta/q?x #/cl\u00e4n.db"),
        ),
        ("sqlite:///~/clan.db", Path.home() / "clan.db"),
        ("postgresql://a:b@host/clan", "postgresql+asyncpg://a:b@host/clan"),
        ("postgres://a:b@host/clan", "postgresql+asyncpg://a:b@host/clan"),
        ("postgresql+psycopg2://host/clan", "postgresql+asyncpg://host/clan"),
        ("postgresql:///clan?host=/run", "postgresql+asyncpg:///clan?host=/run"),
        ("postgresql://a:p%40s@[::1]:5432/clan", "postgresql+asyncpg://a:p%40s@[::1]:5432/clan"),
    ],
)
def test_a_database_may_be_named_in_the_usual_spellings(written: str, meant: Path | str) -> None:
    assert load({"DATABASE_URL": written}, None).database_url == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mysql://host/clan", "not known here"),
        ("clan.db", "not known here"),
        ("sqlite", "three slashes"),
        ("sqlite:clan.db", "three slashes"),
        ("sqlite:/data/clan.db", "three slashes"),
        ("sqlite://clan.db", "three slashes"),
        ("sqlite://", "three slashes"),
        ("sqlite:///", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///clan.db?mode=ro", "options"),
        ("postgresql://somebody:p@ss@host/clan", "write @ as %40"),
        ("postgresql://somebody:p/s@host/clan", "/ as %2F"),
        ("postgresql://host:port/clan", "no address of a PostgreSQL"),
        ("postgresql://host", "no address of a PostgreSQL"),
        ("postgres", "no address of a PostgreSQL"),
    ],
)
def test_other_databases_are_refused_in_words(text: str, words: str) -> None:
    (found,) = faults_of({"DATABASE_URL": text})
    assert found.about == "DATABASE_URL"
    assert words in found.words
    assert "sqlite:///path/to/file.db" in found.next_step
    assert "p@ss" not in found.line


def test_the_database_stands_in_the_folder_for_it(tmp_path: Path) -> None:
    settings = load({"DATA_DIR": str(tmp_path)}, None)
    assert settings.database_url == tmp_path / "clan_data.db"


def test_folders_and_files_are_what_they_should_be(tmp_path: Path) -> None:
    a_file = tmp_path / "file"
    a_file.touch()
    found = faults_of(
        {"DATA_DIR": str(a_file), "LOCAL_DRIVE_PATH": str(a_file), "LOG_FILE": str(tmp_path)}
    )
    assert [fault.about for fault in found] == ["DATA_DIR", "LOCAL_DRIVE_PATH", "LOG_FILE"]
    assert load({"LOCAL_DRIVE_PATH": str(tmp_path)}, None).local_drive_path == tmp_path
    assert faults_of({"LOCAL_DRIVE_PATH": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("WOM_GROUP_ID", "0"),
        ("WOM_GROUP_ID", "2147483648"),
        ("WOM_GROUP_ID", "my clan"),
        ("DISCORD_GUILD_ID", "-1"),
        ("SHARD_COUNT", "0"),
        ("SHARD_COUNT", "10001"),
        ("DISCORD_TOKEN", "two words"),
        ("WOM_API_KEY", "k\N{CYRILLIC SMALL LETTER IE}y"),
        ("WOM_CONTACT", "zezima\r\nX-Forged: 1"),
        ("WOM_BASE_URL", "api.wiseoldman.net"),
        ("HISTORY_DAYS", "3651"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(key: str, text: str) -> None:
    (fault,) = faults_of({key: text})
    assert fault.about == key
    assert fault.next_step


@pytest.mark.parametrize(
    "text",
    [
        "139",
        "https://wiseoldman.net/groups/139",
        "wiseoldman.net/groups/139/hiscores?metric=zulrah",
        " https://www.wiseoldman.net/groups/139/ ",
    ],
)
def test_a_group_is_named_by_its_number_or_its_address(text: str) -> None:
    assert load({"WOM_GROUP_ID": text}, None).wom_group_id == 139


def test_another_address_is_no_group() -> None:
    (found,) = faults_of({"WOM_GROUP_ID": "https://wiseoldman.net/players/139"})
    assert found.words == "is no whole number"


ON_A_SERVER = {"DATABASE_URL": "postgresql://host/name"}


def test_without_shards_a_process_serves_every_server() -> None:
    assert load({}, None).shards == Shards()
    assert load({"SHARD_COUNT": "3"}, None).shards == Shards(3, (0, 1, 2))
    some = load({"SHARD_COUNT": "8", "SHARD_IDS": "0-2, 7"} | ON_A_SERVER, None)
    assert some.shards == Shards(8, (0, 1, 2, 7))


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SHARD_COUNT": "4", "SHARD_IDS": "all"}, "is not a list of shards"),
        ({"SHARD_COUNT": "4", "SHARD_IDS": "3-1"}, "has 3-1 in it, which is not a range of shards"),
        ({"SHARD_IDS": "0"} | ON_A_SERVER, "is set without SHARD_COUNT"),
        ({"SHARD_COUNT": "4", "SHARD_IDS": "4"} | ON_A_SERVER, "there are the shards 0 to 3"),
        ({"SHARD_COUNT": "4", "SHARD_IDS": "1"}, "or set DATABASE_URL to PostgreSQL"),
    ],
)
def test_shards_that_cannot_be_are_told_with_what_to_do(
    environment: Mapping[str, str], words: str
) -> None:
    (fault,) = faults_of(environment)
    assert fault.about == "SHARD_IDS"
    assert words in fault.words
    assert "like 0-3,7" in fault.next_step


NASTY = [
    "",
    " x",
    "-1",
    "1.5",
    "9" * 40,
    "\u00e9\U0001f600",
    "a\tb",
    "{}",
    "/none/at/all",
    "0",
    "a" * 5000,
]
OF_THE_LIBRARY = re.compile(
    "Input|should|valid|pars|string|literal|Path |instance|directory|pydantic|error", re.IGNORECASE
)


def faults_or_none(environment: Mapping[str, str]) -> tuple[Finding, ...]:
    try:
        load(environment, None)
    except SettingsError as error:
        return error.faults
    return ()


@pytest.mark.parametrize("key", KEYS)
def test_every_fault_is_in_our_words(key: str) -> None:
    for found in (faults_or_none({key: text}) for text in NASTY):
        assert [each.about for each in found] in ([], [key])
        assert not [each.words for each in found if OF_THE_LIBRARY.search(each.words)]


def test_all_faults_are_told_at_once_one_line_each() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"WOM_GROUP_ID": "x", "POLL_EVERY": "1", "LOG_LEVEL": "loud"}, None)
    assert str(caught.value).splitlines() == [fault.line for fault in caught.value.faults]
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize(
    ("written", "meant"),
    [("DISCORD_TOKN", "DISCORD_TOKEN"), ("WOM_KEY", "WOM_API_KEY"), ("poll_every", "POLL_EVERY")],
)
def test_a_misspelt_key_in_the_file_is_a_fault(tmp_path: Path, written: str, meant: str) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"{written}=1234\nHOME=/root\nCOMPOSE_PROJECT_NAME=clan\n", "utf-8")
    (fault,) = faults_of({}, env_file)
    assert fault.about == written
    assert f"{meant} (did you mean that?)" in str(fault)


def test_a_key_without_its_sign_is_a_fault(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(
        "DISCORD_TOKEN: abc\nWOM_CONTACT zezima\njust a note\nPOLL_EVERY\n", "utf-8"
    )
    found = faults_of({}, env_file)
    assert [each.about for each in found] == ["DISCORD_TOKEN", "WOM_CONTACT", "POLL_EVERY"]
    assert found[0].next_step == "right is DISCORD_TOKEN=..."
    assert "abc" not in str(found)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_file_is_read_in_whatever_encoding_it_was_saved(tmp_path: Path, encoding: str) -> None:
    env_file = tmp_path / ".env"
    written = f'DATA_DIR="{tmp_path}/Cl\u00e4n"\r\nWOM_GROUP_ID=139\r\n'
    env_file.write_bytes(written.encode(encoding))
    settings = load({}, env_file)
    assert (settings.data_dir, settings.wom_group_id) == (tmp_path / "Cl\u00e4n", 139)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (found,) = faults_of({}, tmp_path)
    assert found.line == f"{tmp_path} cannot be read: Is a directory; let us read it"


SECRETS = {
    "DISCORD_TOKEN": "tokentokentoken",
    "WOM_API_KEY": "apikeyapikey",
    "WOM_GROUP_SECRET": "314-159-265",
    "DATABASE_URL": "postgresql://clan:p%40ssword@host/clan",
}


def test_a_secret_is_in_no_text_of_the_settings() -> None:
    settings = load(SECRETS, None)
    shown = f"{settings!r} {settings}"
    for secret in ("tokentoken", "apikey", "314-159-265", "p%40ssword"):
        assert secret not in shown


def test_a_secret_is_in_no_fault_and_in_no_traceback() -> None:
    wrong = {key: f"{text} wrong \N{SNOWMAN}" for key, text in SECRETS.items()}
    wrong["DATABASE_URL"] = "mysql://clan:p%40ssword@host"
    with pytest.raises(SettingsError) as caught:
        load(wrong, None)
    assert len(caught.value.faults) == 4
    assert caught.value.__context__ is None
    for secret in ("tokentoken", "apikey", "314-159-265", "p%40ssword"):
        assert secret not in str(caught.value)


def test_every_spelling_of_every_secret_is_told_to_the_journal() -> None:
    assert set(load(SECRETS, None).secrets) == {
        "tokentokentoken",
        "apikeyapikey",
        "314-159-265",
        "314159265",
        "p%40ssword",
        "p@ssword",
    }


WEBHOOK = "https://discord.com/api/webhooks/123/a-Secret_word"


@pytest.mark.parametrize(
    "address", [WEBHOOK, f" {WEBHOOK}?thread_id=5 ", WEBHOOK.replace("api/", "api/v10/")]
)
def test_a_webhook_is_as_discord_gives_it_and_a_secret(address: str) -> None:
    settings = load({"WATCHDOG_WEBHOOK": address}, None)
    assert settings.watchdog_webhook is not None
    assert settings.watchdog_webhook.get_secret_value() == address.strip()
    assert set(settings.secrets) == {address.strip(), "a-Secret_word"}
    assert "Secret_word" not in repr(settings)


@pytest.mark.parametrize(
    "address",
    ["a-Secret_word", "http://discord.com/api/webhooks/123/a-Secret_word", f"{WEBHOOK}/slack"],
)
def test_what_is_no_webhook_is_refused_without_being_shown(address: str) -> None:
    (fault,) = faults_of({"WATCHDOG_WEBHOOK": address})
    assert fault.about == "WATCHDOG_WEBHOOK"
    assert "Secret_word" not in fault.line


def test_silence_lasts_a_day_and_ten_minutes_at_least() -> None:
    assert load({}, None).watchdog_after == timedelta(hours=24)
    (fault,) = faults_of({"WATCHDOG_AFTER": "9m"})
    assert "10m or more" in fault.next_step


def test_metrics_are_off_and_on_loopback_unless_somebody_says_otherwise() -> None:
    settings = load({}, None)
    assert (settings.metrics_port, settings.metrics_address) == (None, "127.0.0.1")
    said = load({"METRICS_PORT": "9464", "METRICS_ADDRESS": " ::1 "}, None)
    assert (said.metrics_port, said.metrics_address) == (9464, "::1")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("METRICS_PORT", "0"),
        ("METRICS_PORT", "65536"),
        ("METRICS_PORT", "on"),
        ("METRICS_ADDRESS", "localhost"),
        ("METRICS_ADDRESS", "127.0.0.1:9464"),
    ],
)
def test_what_is_no_port_or_address_is_refused(key: str, text: str) -> None:
    (fault,) = faults_of({key: text})
    assert fault.about == key


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load({}, None).history_days = 3  # type: ignore[misc]


def test_what_a_command_needs_is_asked_for_when_it_runs() -> None:
    empty = load({}, None)
    with pytest.raises(SettingsError, match="DISCORD_TOKEN is not set"):
        empty.need_discord()
    (found,) = missing(empty, ["wom_contact"])
    assert found.line.startswith("WOM_CONTACT is not set")
    full = load({"DISCORD_TOKEN": "abc", "WOM_CONTACT": " zezima "}, None)
    assert (full.need_discord(), full.wom_contact) == ("abc", "zezima")
    assert missing(full, ["wom_contact"]) == ()


def test_what_is_missing_is_told_with_what_it_costs() -> None:
    told = [cost.words for cost in costs(load({}, None))]
    assert "without WOM_API_KEY 20 requests a minute instead of 100" in told
    assert any(
        line.startswith("without WOM_GROUP_SECRET nobody refreshes members") for line in told
    )
    everything = SECRETS | {
        "WOM_CONTACT": "zezima",
        "WOM_GROUP_ID": "139",
    }
    assert costs(load(everything, None)) == ()


def test_every_field_says_what_would_be_right() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_weekly_and_monthly_times_are_read_as_people_write_them() -> None:
    assert load({}, None).report_at == (0, 6, 0)
    assert load({"REPORT_AT": "Sunday 9:05"}, None).report_at == (6, 9, 5)
    assert load({"CLEANUP_AT": " 31 23:59 "}, None).cleanup_at == (31, 23, 59)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("REPORT_AT", "Mon"),
        ("REPORT_AT", "Mon 24:00"),
        ("REPORT_AT", "1 06:00"),
        ("REPORT_AT", "Xyz 06:00"),
        ("CLEANUP_AT", "0 04:00"),
        ("CLEANUP_AT", "32 04:00"),
        ("CLEANUP_AT", "Mon 04:00"),
    ],
)
def test_a_time_that_nobody_understands_is_told_with_what_would_be_right(
    key: str, text: str
) -> None:
    with pytest.raises(SettingsError, match=f"{key} is not a day of the .* right is a day of the"):
        load({key: text}, None)


def test_a_password_behind_the_question_mark_of_an_address_is_a_secret_too() -> None:
    url = "postgresql://host/clan?sslmode=require&password=p%40ss&user=clan"
    assert set(load({"DATABASE_URL": url}, None).secrets) == {"p%40ss", "p@ss"}
