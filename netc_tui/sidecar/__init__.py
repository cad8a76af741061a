"""What runs inside a network container: Dockerfile, entry point, the parts of its loop, hook."""

import io
import tarfile
from functools import cache
from importlib import resources

from netc_tui.core.identity import image_tag

PARTS = (
    *("state", "say", "facts", "repair", "links", "rules", "forwarded", "target", "address"),
    *("lease", "conflict", "twin", "claim", "checks", "loop"),
)
"""What the loop sources, one idea each."""
COMMANDS = ("hook", "counters", "renew", "probe", "examine", "clients", "take", "selftest")
"""What is run as a program of its own."""
FILES = ("Dockerfile", "entry", *COMMANDS, *PARTS)


@cache
def context() -> bytes:
    """The build context as a tar: the same bytes for the same files, whenever it is made."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in FILES:
            content = resources.files(__name__).joinpath(name).read_bytes()
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o755
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def interfaces(mode: str) -> tuple[str, ...]:
    """The command that tells the links of a host, ``once``, or as often as they change (``stay``).
    It is handed to the image, and is no part of it: that of another netc can run it, too."""
    return ("/bin/sh", "-c", _text("interfaces"), "interfaces", "/sys/class/net", mode)


@cache
def _text(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def image() -> str:
    """The tag of the image that these files make."""
    return image_tag(context())
