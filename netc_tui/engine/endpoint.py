"""Where an engine is reached, as a value; ``endpoints`` knows where such values come from."""

from pathlib import Path

import msgspec

UNIX = "unix://"
SSH = "ssh://"
DEFAULT_SOURCE = "the default context"
"""What names an endpoint that nobody named."""

CONTEXT = "the Docker context "
"""How the source of one begins that a context names; its name follows."""


class Certificates(msgspec.Struct, frozen=True):
    """Files for TLS: our own certificate with its key, and the authority's."""

    certificate: str
    key: str
    authority: str
    verify: bool
    """Must the engine's own certificate be one of that authority?"""


class Endpoint(msgspec.Struct, frozen=True):
    """Where an engine is reached."""

    url: str
    """As DOCKER_HOST has it: unix://PATH, tcp://HOST:PORT, ssh://USER@HOST."""
    source: str
    """What names it: DOCKER_HOST, a Docker context."""
    certificates: Certificates | None = None
    """None: without TLS."""
    local: bool | None = None
    """Is the engine on this machine? None: not known before it has answered (see ``machine``)."""
    fault: str = ""
    """Why it cannot be used, with what to do; empty: nothing is known against it."""

    @property
    def client(self) -> tuple[str, ...]:
        """What tells Docker's own client of it: a context has certificates of its own."""
        context = self.source.removeprefix(CONTEXT)
        if context != self.source:
            return ("--context", context)
        if self.certificates is None:
            return ("-H", self.url)
        return ("--tlsverify" if self.certificates.verify else "--tls", "-H", self.url)

    @property
    def socket(self) -> Path | None:
        """The path of its socket; None when it is reached over the network."""
        path = self.url.removeprefix(UNIX)
        return Path("/", path) if path != self.url else None
