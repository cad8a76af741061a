"""What runs inside a network container: Dockerfile, entry point, DHCP hook."""

import io
import tarfile
from functools import cache
from importlib import resources

from netc_tui.core.identity import image_tag

FILES = ("Dockerfile", "entry", "hook", "rules")


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


def image() -> str:
    """The tag of the image that these files make."""
    return image_tag(context())
