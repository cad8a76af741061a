"""What a kernel has, from whatever it tells of itself."""

import gzip
import os
from pathlib import Path

import pytest

from netc_tui.host import kernel

RELEASE = os.uname().release
OTHERS = (
    "kernel/drivers/net/veth.ko: \nkernel/net/bridge/br_netfilter.ko.xz: kernel/net/bridge.ko\n"
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kernel, "ROOT", tmp_path)
    return tmp_path


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def lists(
    root: Path, built_in: str | None, separate: str | None, folder: str = "lib/modules"
) -> None:
    for name, text in (("modules.builtin", built_in), ("modules.dep", separate)):
        if text is not None:
            write(root / folder / RELEASE / name, text)


def config(root: Path, text: str) -> None:
    write(root / "proc/config.gz", gzip.compress(text.encode()))


def test_a_kernel_that_tells_nothing_is_not_known(root: Path) -> None:
    assert kernel.macvlan() is kernel.nf_tables() is None


def test_one_that_is_loaded(root: Path) -> None:
    write(root / "proc/modules", "nf_tables 376832 500 - Live 0x0\nmacvlan_not 1 0 - Live 0x0\n")
    assert kernel.nf_tables() is True
    assert kernel.macvlan() is None
    (root / "sys/module/macvlan").mkdir(parents=True)
    assert kernel.macvlan() is True


@pytest.mark.parametrize("folder", kernel.FOLDERS)
@pytest.mark.parametrize(
    "line",
    [
        "kernel/drivers/net/macvlan.ko:",
        "kernel/drivers/net/macvlan.ko.zst:",
        "extra/macvlan.ko.gz: kernel/a.ko",
        "kernel/drivers/net/macvtap.ko.xz: kernel/drivers/net/macvlan.ko.xz",
    ],
)
def test_one_that_could_be_loaded(root: Path, folder: str, line: str) -> None:
    lists(root, "", f"{OTHERS}{line}\n", folder)
    assert kernel.macvlan() is True
    assert kernel.nf_tables() is False


def test_one_that_is_built_in(root: Path) -> None:
    lists(root, "kernel/net/netfilter/nf-tables.ko\n", OTHERS)
    assert kernel.nf_tables() is True
    assert kernel.macvlan() is False


@pytest.mark.parametrize("name", ["notmacvlan.ko", "macvlan2.ko", "macvlan.kox", "macvlan"])
def test_a_name_that_is_only_like_it(root: Path, name: str) -> None:
    lists(root, "", f"kernel/{name}:\n")
    assert kernel.macvlan() is False


@pytest.mark.parametrize(("built_in", "separate"), [(None, OTHERS), ("", None), (None, None)])
def test_half_a_list_proves_no_absence(
    root: Path, built_in: str | None, separate: str | None
) -> None:
    lists(root, built_in, separate)
    assert kernel.macvlan() is None


def test_lists_of_another_kernel_count_for_nothing(root: Path) -> None:
    """The package was upgraded and the machine not yet booted."""
    write(root / "lib/modules/0.0.1-next/modules.dep", OTHERS)
    write(root / "lib/modules/0.0.1-next/modules.builtin", "")
    assert kernel.macvlan() is None


@pytest.mark.parametrize(
    ("setting", "known"),
    [
        ("CONFIG_MACVLAN=y\n", True),
        ("# CONFIG_MACVLAN is not set\n", False),
        ("CONFIG_MACVLAN_OTHER=y\n", False),
        ("CONFIG_MACVLAN=m\n", None),
    ],
)
def test_what_it_was_built_with(root: Path, setting: str, known: bool | None) -> None:
    config(root, f"CONFIG_NET=y\n{setting}CONFIG_MACVTAP=m\n")
    assert kernel.macvlan() is known


def test_a_module_that_is_in_another_package(root: Path) -> None:
    """Ubuntu's linux-modules-extra, for one: built, and not installed."""
    config(root, "CONFIG_MACVLAN=m\n")
    lists(root, "", OTHERS)
    assert kernel.macvlan() is False


def test_settings_in_boot(root: Path) -> None:
    write(root / f"boot/config-{RELEASE}", "CONFIG_NF_TABLES=y\n")
    assert kernel.nf_tables() is True


PACKED = gzip.compress(b"CONFIG_MACVLAN=y", mtime=0)


@pytest.mark.parametrize(
    "junk",
    [b"", b"junk", PACKED[:-9], PACKED[:10] + b"\xff" * 9, PACKED[:-8] + bytes(8), b"\xff\0"],
)
def test_files_that_make_no_sense(root: Path, junk: bytes) -> None:
    for path in ("proc/config.gz", "proc/modules", f"lib/modules/{RELEASE}/modules.dep"):
        write(root / path, junk)
    assert kernel.macvlan() is None


def test_this_machine_runs_the_lab() -> None:
    """So it has both, or cannot tell."""
    assert kernel.macvlan() is not False
    assert kernel.nf_tables() is not False


@pytest.mark.parametrize(
    ("printed", "root", "there"),
    [
        ("*nat\n:DOCKER - [0:0]\nCOMMIT\n", 0, True),
        ("*filter\n:DOCKER - [0:0]\nCOMMIT\n*nat\n:A - [0:0]\n:DOCKER - [0:0]\nCOMMIT\n", 0, True),
        ("*nat\n:A - [0:0]\nCOMMIT\n*filter\n:DOCKER - [0:0]\nCOMMIT\n", 0, False),
        ("*nat\nCOMMIT\n", 0, False),
        ("*nat\nCOMMIT\n", 1000, None),
        (None, 0, None),
    ],
)
def test_dockers_own_rules(
    printed: str | None,
    root: int,
    there: bool | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("iptables-save", "iptables-legacy-save"):
        script = tmp_path / name
        # To ask for a table by its name makes the kernel load it.
        says = f"[ $# -eq 0 ] && printf '{printed}'" if printed else "exit 1"
        script.write_text(f"#!/bin/sh\n{says}\n")
        script.chmod(0o755)
    monkeypatch.setattr(kernel, "SEARCH_PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: root)
    assert kernel.docker_rules() is there
