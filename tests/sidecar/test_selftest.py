"""What the base of an image must have."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sidecar.box import FOLDER

PACKAGED = ("iptables-restore", "iptables-save", "conntrack")


@pytest.mark.parametrize("missing", ["", *PACKAGED])
def test_a_base_that_lacks_something_is_refused_when_the_image_is_built(
    tmp_path: Path, missing: str
) -> None:
    """With the one word that says what; the build shows it."""
    for name in PACKAGED:
        if name != missing:
            (tmp_path / name).write_text("#!/bin/sh\n")
            (tmp_path / name).chmod(0o755)
    script = (FOLDER / "selftest").read_text().replace("/netc/selftest.d", f"{tmp_path}/test")
    ran = subprocess.run(
        [shutil.which("busybox") or "busybox", "sh", "-c", script],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    said = f"netc: the base image has no {missing}\n" if missing else ""
    assert (ran.returncode, ran.stdout, ran.stderr) == (1 if missing else 0, said, "")
    assert not (tmp_path / "test").exists()


def test_a_shell_whose_read_does_not_wait_is_refused(tmp_path: Path) -> None:
    for name in PACKAGED:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    script = (FOLDER / "selftest").read_text().replace("/netc/selftest.d", f"{tmp_path}/test")
    ran = subprocess.run(
        [shutil.which("busybox") or "busybox", "sh", "-c", f"read() {{ return 0; }}\n{script}"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (ran.returncode, ran.stdout) == (
        1,
        "netc: the base image has no shell whose read -t ends\n",
    )
