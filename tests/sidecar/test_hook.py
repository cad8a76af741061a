"""The hook: what it hands on of a DHCP answer."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.sidecar.box import FOLDER
from tests.sidecar.shell import HOSTILE


def hook(tmp_path: Path, event: str, **options: str) -> dict[str, str]:
    """What the hook hands on of a DHCP answer."""
    for name in ("hook.bound", "hook.renew", "events"):
        (tmp_path / name).unlink(missing_ok=True)
    ran = subprocess.run(
        ["busybox", "sh", FOLDER / "hook", event],
        env={
            "PATH": "/bin:/usr/bin",
            "RUN": str(tmp_path),
            **{k: os.fsencode(v) for k, v in options.items()},  # type: ignore[dict-item]
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout + ran.stderr == ""
    assert (tmp_path / "events").read_text() == "hook\n", "the loop is woken"
    lines = (tmp_path / f"hook.{event}").read_text().splitlines()
    facts = dict(line.split("=", 1) for line in lines)
    assert len(facts) == len(lines), "no fact twice"
    return facts


def test_the_hook_hands_on_facts(tmp_path: Path) -> None:
    routes = " ".join(f"10.{n}.0.0/16 192.168.77.{100 + n}" for n in range(40))
    facts = hook(
        tmp_path, "bound", ip="192.168.77.9", subnet="255.255.255.0", serverid="192.168.77.1",
        router="192.168.77.1 192.168.77.2", dns="192.168.77.1 192.168.77.3",
        lease="3600", opt58="00000708", staticroutes=routes,
    )  # fmt: skip
    assert facts == {
        "ip": "192.168.77.9", "subnet": "255.255.255.0", "server": "192.168.77.1",
        "router": "192.168.77.1 192.168.77.2", "dns": "192.168.77.1 192.168.77.3",
        "lease": "3600", "t1": "00000708", "routes": routes,
    }  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_option_can_pass_for_another_fact(tmp_path: Path, hostile: str) -> None:
    facts = hook(tmp_path, "renew", ip="192.168.77.9", domain=f"{hostile}\nip=6.6.6.6\n{hostile}")
    assert set(facts) == {"ip", "domain"}
    assert facts["ip"] == "192.168.77.9"
    assert facts["domain"].isascii()
    assert facts["domain"].isprintable()
