r"""A .env file as people save it: in whatever encoding, with quotes and backslashes as they stand.

None of our keys can mean a new line or a tab, so `"C:\new\table"` is a path and no text of three
lines.
"""

import codecs
import re
from collections.abc import Mapping

_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OLD_WINDOWS = "cp1252"
_LINE = re.compile(r"\s*(?:(?:export|set)\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*(?:=\s*(.*?)\s*)?")
_QUOTED = re.compile(r"""(["'`])(.*?)\1\s*(?:#.*)?""")
_CURLY = str.maketrans("\u201c\u201d\u201e\u2018\u2019", '"""\'\'')
"""What word processors make of quotes."""
_COMMENT = re.compile(r"(?:^|\s+)#.*")
_NAMED = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def decoded(content: bytes) -> str:
    """Return the text of a file; of letters that no encoding knows, marks stand in their place."""
    found = next((name for mark, name in _ENCODINGS if content.startswith(mark)), None)
    if found is None and b"\0" in content[:4]:
        found = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    if found is not None:
        return content.decode(found, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(_OLD_WINDOWS, "replace")


def read_lines(text: str, environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return what each key is set to, and with which word each line begins that has no `=`.

    `${NAME}` is what an earlier line or the environment says, `${NAME:-else}` has a default.
    """
    found: dict[str, str] = {}
    without: list[str] = []
    for line in text.replace("\0", "").splitlines():
        named = _LINE.fullmatch(line)
        if line.lstrip().startswith("#"):
            continue
        if named is None:
            without += line.replace(":", " ").split(maxsplit=1)[:1]
        elif named[2] is None:
            without.append(named[1])
        else:
            found[named[1]] = _value(named[2], {**environment, **found})
    return found, without


def _value(written: str, known: Mapping[str, str]) -> str:
    quoted = _QUOTED.fullmatch(written) or _QUOTED.fullmatch(written.translate(_CURLY))
    if quoted is None:
        return _with_names(_COMMENT.sub("", written).strip(), known)
    inner: str = quoted[2]
    if quoted[1] != '"':
        return inner
    return _with_names(inner.replace('\\"', '"'), known)


def _with_names(text: str, known: Mapping[str, str]) -> str:
    return _NAMED.sub(lambda named: known.get(named[1]) or named[2] or "", text)
