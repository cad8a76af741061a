"""The service behind the path."""

from netc_tui.core.findings import Finding

from .facts import codes, lines, look


def test_what_the_engine_says_goes_first() -> None:
    stopped = Finding("N401", "web does not run (exited)", "start it with", "docker start web")
    check = look(fault=stopped, probe={"ports": {"tcp/80": "open"}})
    assert codes(check) == ["N401"]
    assert "tcp/80: not checked (the service is to be mended first)" in lines(check)


def test_what_the_network_container_says_of_it() -> None:
    told = ("broken", "service", "its name belongs to another container now")
    check = look(probe={"own": told, "code": "N406"}, own={"target": None})
    assert codes(check) == ["N406"]
    assert "tcp/80: not checked (web is not found)" in lines(check)


def test_its_own_health_check() -> None:
    assert codes(look(failing=True)) == ["N411"]
