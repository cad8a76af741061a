"""An archive for somebody who helps, of a real engine."""

import json
import stat
import tarfile
import time
from pathlib import Path

from .conftest import Site

SECRET = "hunter2-of-the-lab"


def unpacked(path: Path) -> dict[str, bytes]:
    """Its files by name, without the top folder."""
    with tarfile.open(path) as tar:
        assert len({name.partition("/")[0] for name in tar.getnames()}) == 1
        found = {}
        for member in tar.getmembers():
            part = tar.extractfile(member)
            assert part is not None
            found[member.name.partition("/")[2]] = part.read()
        return found


def held(site: Site) -> tuple[list[str], ...]:
    return (
        sorted(site.docker("ps", "-aq", "--no-trunc").split()),
        sorted(site.docker("volume", "ls", "-q").split()),
        sorted(site.docker("images", "-aq", "--no-trunc").split()),
        sorted(site.docker("network", "ls", "-q").split()),
    )


def test_an_archive_of_a_site(site: Site, tmp_path: Path) -> None:
    site.docker(
        *("run", "-d", "--name", "shop", "-e", f"TOKEN={SECRET}", "--label", f"auth={SECRET}"),
        *("--health-cmd", f"true {SECRET}", "-v", f"/tmp/{SECRET}:/{SECRET}"),
        *("netc-lab/web", "sh", "-c", f": {SECRET}; sleep 3600"),
    )
    settings = tmp_path / "config.toml"
    settings.write_text(f'# {SECRET}\nbase = "me:{SECRET}@registry.example/alpine"\n')
    for service in ("web1", "app", "shop"):
        site.run("up", service, "eth1", "--no-check", "--port", "80")
    before = held(site)
    path = tmp_path / "a.tgz"
    environment = {**site.lab.environment, "NETC_CONFIG": str(settings), "TOKEN": SECRET}
    begun = time.monotonic()
    done = site.run("support", "-o", str(path), env=environment)
    assert time.monotonic() - begun < 15, "8 s on a machine that does nothing else"
    assert (done.returncode, done.stdout) == (0, f"{path}\n"), done.stderr
    assert held(site) == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = unpacked(path)
    for name, content in found.items():
        assert SECRET.encode() not in content, name
    doctor = json.loads(found["doctor.json"])
    assert {each["name"] for each in doctor["services"]} == {"web1", "app", "shop"}
    own = "network-containers/netc-web1"
    rules = found[f"{own}/rules.txt"].decode()
    assert "DNAT" in rules
    plan = found[f"{own}/plan.txt"].decode()
    for line in (
        "  Memory=33554432",
        "  ReadonlyRootfs=True",
        "  /web1:/netc-web1/netc-target",
        "  volume /lease",
        "  netc.service=web1",
    ):
        assert f"{line}\n" in plan, plan
    events = [json.loads(line)["event"] for line in found[f"{own}/log.jsonl"].splitlines()]
    assert "bound" in events
    lease = json.loads(found[f"{own}/lease.json"])["network_container"]
    assert lease["ip"] == site.show("web1")["ip"]
    assert b"- nothing\n" in found["README.txt"], found["README.txt"]
    assert b"host" in found["versions.txt"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tgz", "config.toml"]


def test_an_archive_while_the_engine_is_off(site: Site, tmp_path: Path) -> None:
    site.lab.stop_engine()
    try:
        path = tmp_path / "a.tgz"
        done = site.run("support", "-o", str(path))
    finally:
        site.lab.start_engine()
    assert (done.returncode, done.stdout) == (5, f"{path}\n")
    found = unpacked(path)
    assert {"versions.txt", "interfaces.json", "doctor.txt"} < set(found)
    assert b"N801" in found["doctor.txt"]
