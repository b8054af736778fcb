"""The dashboard, written: arranged values into a page, with Plotly's bundle beside or in it.

Values go in as JSON in a script tag that no text can end; the page's own script makes text of them.
"""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image, UnidentifiedImageError

from bot.reports.dashboard.arrange import Plain, arranged, icon_names
from bot.reports.dashboard.facts import DashboardFacts
from bot.reports.documents import Document

SINGLE = "clan_dashboard.html"
FOLDER = "clan_dashboard.zip"
PLOTLY = "plotly.min.js"
_ICON = 160
_MADE_AT = (1980, 1, 1, 0, 0, 0)
"""Of every file in the archive: the same data make the same bytes."""
_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})


def single_page(facts: DashboardFacts) -> Document:
    """Return everything in one file."""
    return Document(SINGLE, _page(_with_pictures(facts), inside=True).encode())


def folder_of_pages(facts: DashboardFacts) -> Document:
    """Return the folder as an archive: the page, with what it needs beside it."""
    page = _page(_with_pictures(facts), inside=False)
    parts = {
        "index.html": page.encode(),
        "assets/dashboard.css": _own("dashboard.css").encode(),
        "assets/dashboard.js": _own("dashboard.js").encode(),
    }
    archive = io.BytesIO(_packed_bundle())
    _pack(archive, parts)
    return Document(FOLDER, archive.getvalue())


def script_json(value: object) -> Markup:
    """Return a value as JSON that no text in it can break out of a script tag with."""
    written = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return Markup(written)  # noqa: S704 - no < and no & is left in it


def _page(data: Plain, *, inside: bool) -> str:
    written = script_json(data)
    # Whoever names themselves cannot know it: it is made of everything that is in the page.
    nonce = hashlib.sha256(written.encode()).hexdigest()[:32]
    own = {
        "css": Markup(_own("dashboard.css")),  # noqa: S704 - our own file
        "js": Markup(_own("dashboard.js")),  # noqa: S704 - likewise
        "plotly": Markup(_bundle()),  # noqa: S704 - Plotly's own bundle
    }
    page = _environment().get_template("page.html.j2")
    return page.render(
        clan=data["clan"], as_of=data["asOf"], data=written, nonce=nonce, inside=inside, **own
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("bot.reports.dashboard", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _own(name: str) -> str:
    return files("bot.reports.dashboard").joinpath("templates", name).read_text("utf-8")


def _pack(archive: io.BytesIO, parts: Mapping[str, bytes]) -> None:
    """Put files into an archive, beside what is in it."""
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as folder:
        for name, content in parts.items():
            folder.writestr(zipfile.ZipInfo(name, _MADE_AT), content, zipfile.ZIP_DEFLATED)


@cache
def _packed_bundle() -> bytes:
    """Return an archive of Plotly alone: to pack it takes longer than all the rest."""
    archive = io.BytesIO()
    _pack(archive, {f"assets/{PLOTLY}": _bundle().encode()})
    return archive.getvalue()


@cache
def _bundle() -> str:
    return files("plotly").joinpath("package_data", PLOTLY).read_text("utf-8")


def _with_pictures(facts: DashboardFacts) -> Plain:
    data = arranged(facts)
    folder = facts.options.pictures
    data["pictures"] = {} if folder is None else _pictures(folder, icon_names(data))
    return data


def _pictures(folder: Path, metrics: set[str]) -> dict[str, str]:
    """Return the pictures that are named like one of the bosses, small and drawn anew."""
    found: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        metric = path.stem.lower().replace(" ", "_").replace("-", "_").replace("'", "")
        if path.suffix.lower() in _ENDINGS and metric in metrics:
            picture = _small(path)
            if picture is not None:
                found.setdefault(metric, picture)
    return found


def _small(path: Path) -> str | None:
    """Return a picture as an address that holds it; None of what is no picture."""
    try:
        with Image.open(path) as image:
            image.thumbnail((_ICON, _ICON))
            kept = io.BytesIO()
            image.convert("RGBA").save(kept, "PNG")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return None
    return f"data:image/png;base64,{base64.b64encode(kept.getvalue()).decode()}"
