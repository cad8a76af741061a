"""The lab as its users see it, without one that is made."""

from pathlib import Path

import pytest

from netc_tui.lab import Lab


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


def test_a_lab_takes_its_engine_from_the_environment_s_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NETC_LAB_ROOT", "/somewhere")
    assert Lab("x").root == Path("/somewhere")
    assert Lab("x", root=Path("/")) == Lab("x"), "known by its name alone"
    monkeypatch.setenv("NETC_LAB_ROOT", "")
    assert Lab("x").root == Path("/")
