"""What of the lab can be tested without making one."""

import os

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab import Lab, processes, requirements


@pytest.mark.parametrize("name", ["", "A", "a b", "a/b", "../x", "a" * 13, "a\n"])
def test_unfit_names(name: str) -> None:
    with pytest.raises(NetcError, match="no name for a lab") as caught:
        Lab(name)
    assert caught.value.code == Exit.USAGE


def test_the_longest_name_fits_a_socket_address() -> None:
    assert len(str(Lab("a" * 12).socket)) < 108


def test_a_lab_is_its_name() -> None:
    assert Lab("x") == Lab("x") != Lab("y")


def test_programs_see_only_the_lab_s_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION"):
        monkeypatch.setenv(variable, "1")
    seen = {k: v for k, v in Lab("x").environment.items() if k.startswith("DOCKER_")}
    assert seen == {
        "DOCKER_HOST": "unix:///run/netc-lab/x/docker.sock",
        "DOCKER_CONFIG": "/run/netc-lab/x/docker-config",
    }


def test_missing_packages_are_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements.shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 1000)
    with pytest.raises(NetcError, match=r"root, .*apt-get .* dnsmasq-base docker\.io ") as caught:
        Lab("x").up()
    assert "\n" not in caught.value.message


def test_without_root_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 1000)
    with pytest.raises(NetcError, match="root") as caught:
        Lab("x").down()
    assert caught.value.code == Exit.ENGINE


def test_a_process_is_found_by_a_whole_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the lab "a" would kill the lab "ab"."""
    listed = [
        processes.Process(os.getpid() + 100_000_000 + n, argv)
        for n, argv in enumerate([("sh", "netc-lab-ab"), ("sh", "netc-lab-a"), ()])
    ]
    monkeypatch.setattr(processes, "_all", lambda: iter(listed))
    assert processes.running(Lab("a").layout.mark) == [listed[1]]
    assert processes.everything(Lab("a").layout) == [listed[1]]
