"""Everything that can go wrong between us and Wise Old Man; decided by status, never by code alone.

WomError                 path, status (None: there was no answer)
├── WomUnreachable       no answer came: network, name lookup, time-out
├── WomBusy              429 for this client, or our own pace would wait too long; retry_after
├── WomBlocked           429 of a blocked address: stop asking for a day
├── WomBroken            5xx, HTML, a body that is no JSON or not what the contract promises
│   ├── WomMoved         3xx, sent on to another address; address
│   └── WomTooLarge      more than any clan's answer can be; the rest was not read
├── WomBadKey            403, the API key is unknown: whatever is asked is refused
├── WomRefused           any other 4xx, of this one question; code
│   ├── WomBadRequest    400
│   ├── WomWrongCode     403, the group's verification code is wrong
│   ├── WomNotFound      404
│   └── PlayerTooSoon    429 of one player's update; retry_after; says nothing about the client
└── NeverSent            also a ValueError: the question itself was wrong, nothing was sent
    ├── InvalidId        not a whole number from 1 to 2147483647
    ├── InvalidName      empty, not encodable, or longer than any name
    └── InvalidSpan      without a time zone, or it does not begin before it ends

No member ever holds a key, a code, or a word of the request's or the answer's body but `code`.
What they say is for the log; people are told in words of the bot's own.
"""


class WomError(Exception):
    """A question to Wise Old Man had no usable answer."""

    words = "the question failed"

    def __init__(self, path: str, status: int | None = None) -> None:
        super().__init__(path, status)
        self.path = path
        self.status = status

    def __str__(self) -> str:
        """What happened, where, and the status if there was one."""
        answered = "" if self.status is None else f" ({self.status})"
        return f"{self.path}: {self.words}{answered}"


class WomUnreachable(WomError):
    """No answer came."""

    words = "Wise Old Man cannot be reached"


class WomBusy(WomError):
    """This client asked too much; `retry_after` is seconds, None when nobody said how long."""

    words = "Wise Old Man asks us to wait"

    def __init__(
        self, path: str, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(path, status)
        self.retry_after = retry_after


class WomBlocked(WomError):
    """Wise Old Man blocked this address for a day; asking again only makes it worse."""

    words = "Wise Old Man blocked this address"


class WomBroken(WomError):
    """An answer came that is no answer."""

    words = "Wise Old Man's answer cannot be read"


class WomMoved(WomBroken):
    """We are sent on to another address, which is not followed: our key would go along."""

    words = "Wise Old Man is at another address"

    def __init__(self, path: str, status: int | None = None, address: str | None = None) -> None:
        super().__init__(path, status)
        self.address = address

    def __str__(self) -> str:
        """Also names the address."""
        return super().__str__() + (f": {self.address}" if self.address else "")


class WomTooLarge(WomBroken):
    """The answer, or what it unpacks to, is larger than any clan's; the rest was not read."""

    words = "Wise Old Man's answer is too large"


class WomBadKey(WomError):
    """The API key is unknown, so every question is refused (403)."""

    words = "Wise Old Man does not know the API key"


class WomRefused(WomError):
    """Wise Old Man understood and said no; `code` is its own short reason, often missing."""

    words = "Wise Old Man refused"

    def __init__(self, path: str, status: int | None = None, code: str | None = None) -> None:
        super().__init__(path, status)
        self.code = code

    def __str__(self) -> str:
        """Also names the code."""
        return super().__str__() + (f" {self.code}" if self.code else "")


class WomBadRequest(WomRefused):
    """The question was understood and makes no sense there (400)."""


class WomWrongCode(WomRefused):
    """The group's verification code is wrong (403)."""

    words = "the verification code is wrong"


class WomNotFound(WomRefused):
    """There is no such group, player or path (404)."""

    words = "Wise Old Man does not know this"


class PlayerTooSoon(WomRefused):
    """This player was updated less than a minute ago; `retry_after` is seconds (429)."""

    words = "the player was updated too recently"

    def __init__(
        self,
        path: str,
        status: int | None = None,
        code: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(path, status, code)
        self.retry_after = retry_after


class NeverSent(WomError, ValueError):
    """The question was wrong before anything was sent; `path` is the pattern, without values."""


class InvalidId(NeverSent):
    """An id that Wise Old Man would answer with a 500, or not be safe with."""

    words = "an id is a whole number from 1 to 2147483647"


class InvalidName(NeverSent):
    """A name that no path can carry."""

    words = "a name is plain text of 1 to 50 characters"


class InvalidSpan(NeverSent):
    """A span that has no meaning everywhere on earth, or none at all."""

    words = "a span has a time zone and begins before it ends"
