"""A root file system from this machine's own binaries: it must run by itself."""

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.host.rootfs import find, libraries, rootfs


@pytest.fixture(scope="module")
def archive() -> bytes:
    return rootfs(["bash"], extra=[Path("/etc/passwd")], links={"/etc/here": "/proc/version"})


def test_a_shell_with_its_libraries_runs_in_it(archive: bytes, tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        # Links lead to absolute paths; the filters came with Python 3.11.4, Debian 12 has 3.11.2.
        if hasattr(tarfile, "tar_filter"):
            tar.extraction_filter = tarfile.tar_filter
        tar.extractall(tmp_path)
    chroot = ["chroot"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "chroot"]
    ran = subprocess.run(
        [
            *chroot,
            tmp_path,
            "/usr/sbin/bash",
            "-c",
            "echo $((6 * 7)); /bin/ls /etc; /bin/sed p <<<x",
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},  # it has no others
    )
    assert (ran.stdout, ran.stderr) == ("42\nhere\npasswd\nx\nx\n", "")


def test_it_is_root_s_and_has_no_hard_links(archive: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = {member.name: member for member in tar.getmembers()}
    assert all(member.uid == member.gid == member.mtime == 0 for member in members.values())
    assert not [name for name, member in members.items() if member.islnk()]
    assert members["bin/sh"].linkname == "busybox"
    assert members["etc/here"].linkname == "/proc/version"
    assert members["tmp"].mode == 0o1777
    assert members["usr/sbin/bash"].mode & 0o111
    assert len(members) == len({name.strip("/") for name in members})


def test_a_command_that_is_a_link_keeps_its_name() -> None:
    """iptables-restore is one of many names of one program."""
    command = "iptables-restore"
    with tarfile.open(fileobj=io.BytesIO(rootfs([command]))) as tar:
        member = tar.getmember(f"usr/sbin/{command}")
        real = find(command).name
        assert tar.getmember(f"usr/sbin/{real}").isreg()
        assert member.isreg() if real == command else member.linkname == real
        assert f"bin/{command}" not in tar.getnames()


def test_the_same_machine_makes_the_same_bytes(archive: bytes) -> None:
    assert archive == rootfs(
        ["bash"], extra=[Path("/etc/passwd")], links={"/etc/here": "/proc/version"}
    )


def test_libraries_are_those_the_loader_names() -> None:
    found = libraries(find("bash"))
    assert any("libc.so" in name or "musl" in name for name in found)
    assert all(path.is_file() for path in found.values())
    assert any("ld-" in name for name in found), "its loader too"


def test_a_missing_command_is_named() -> None:
    with pytest.raises(NetcError, match="no-such-tool is not on this machine"):
        rootfs(["no-such-tool"])
