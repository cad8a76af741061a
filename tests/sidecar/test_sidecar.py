"""The files of a network container, as they are put into its image."""

import io
import re
import shutil
import subprocess
import tarfile

import pytest

from netc_tui import sidecar
from netc_tui.core.identity import image_tag
from netc_tui.sidecar import COMMANDS, PARTS
from tests.sidecar.box import FOLDER

SCRIPTS = ("entry", *COMMANDS, *PARTS)


def test_shellcheck_has_nothing_to_say() -> None:
    assert shutil.which("shellcheck"), "install shellcheck: the sidecar is checked with it"
    ran = subprocess.run(
        ["shellcheck", *SCRIPTS], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert ran.stdout + ran.stderr == ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_busybox_can_read_it(script: str) -> None:
    subprocess.run(["busybox", "sh", "-n", FOLDER / script], check=True)


def test_the_image_gets_each_file() -> None:
    copied = re.search(r"^COPY (.*) /netc/$", (FOLDER / "Dockerfile").read_text(), re.MULTILINE)
    assert copied is not None
    assert set(copied[1].split()) == {"entry", *COMMANDS, *PARTS}


def test_the_tag_of_the_image_is_that_of_its_files() -> None:
    with tarfile.open(fileobj=io.BytesIO(sidecar.context())) as tar:
        files = {member.name: member for member in tar}
        for name, member in files.items():
            found = tar.extractfile(member)
            assert found is not None
            assert found.read() == (FOLDER / name).read_bytes()
            assert (member.mode, member.mtime, member.uid) == (0o755, 0, 0), (
                "the same whenever made"
            )
    assert set(files) == {"Dockerfile", *SCRIPTS}
    assert sidecar.image() == image_tag(sidecar.context()) != image_tag(b"others")
