"""`netc watch` as a process, beside a real engine."""

import signal
import subprocess
import time
from pathlib import Path

from .conftest import Site, eventually
from .watching import YES, answers, memo, on, run, watch

METRICS = "127.0.0.1:9713"


def curl(site: Site, path: str = "/metrics") -> str:
    done = site.lab.exec(["curl", "-s", "--max-time", "5", f"http://{METRICS}{path}"])
    return done.stdout


def test_labels_are_followed_and_a_hand_is_left_alone(site: Site, tmp_path: Path) -> None:
    site.up("web1")
    with watch(site, tmp_path) as watcher:
        run(site, "shop", *YES)
        answers(site, "shop")
        eventually(lambda: memo(site))
        assert on(site) == {"netc-web1", "netc-shop"}
        site.docker("rm", "-f", "shop")
        eventually(lambda: on(site) == {"netc-web1"}, seconds=15)
        run(site, "shop", *YES)
        answers(site, "shop")
        site.netc("down", "shop")
        time.sleep(7)
        assert on(site) == {"netc-web1"}, watcher.said
        assert watcher.ended(signal.SIGTERM) < 1
        assert watcher.process.returncode == 0
        assert not memo(site)
        assert "Traceback" not in watcher.said


def test_one_that_is_killed_in_the_middle_is_caught_up_with(site: Site, tmp_path: Path) -> None:
    names = [f"shop{number}" for number in range(6)]
    for name in names:
        run(site, name, *YES)
    with watch(site, tmp_path) as watcher:
        eventually(lambda: len(on(site)) >= 2, seconds=20)
        watcher.ended(signal.SIGKILL)
    assert memo(site), "nobody wiped it"
    site.docker("rm", "-f", names.pop())
    with watch(site, tmp_path) as watcher:
        for name in names:
            answers(site, name)
        eventually(lambda: on(site) == {f"netc-{name}" for name in names}, seconds=15)
        for name in names:
            site.docker("rm", "-f", name)
        eventually(lambda: site.leftovers() == [], seconds=20)
        assert watcher.ended(signal.SIGINT) < 1.5
        assert watcher.process.returncode == 130


def test_of_two_one_stands_by_and_takes_over(site: Site, tmp_path: Path) -> None:
    with watch(site, tmp_path) as first:
        run(site, "shop", *YES)
        answers(site, "shop")
        with watch(site, tmp_path, "--metrics", METRICS) as second:
            eventually(lambda: "stands by" in second.said, seconds=10)
            eventually(lambda: "netc_watch_standing_by 1.0" in curl(site))
            first.ended(signal.SIGKILL)
            run(site, "mail", *YES)
            answers(site, "mail")
            assert "shop" not in second.said, "what was on stays as it is"
            assert "netc_watch_standing_by 0.0" in curl(site)


def test_metrics_are_what_prometheus_takes(site: Site, tmp_path: Path) -> None:
    run(site, "shop", *YES)
    with watch(site, tmp_path, "--metrics", METRICS) as watcher:
        address = answers(site, "shop")
        for _ in range(20):
            assert site.get(address)
        whose = 'interface="eth1",service="shop"'

        def value(name: str, labels: str = whose) -> float | None:
            start = f"{name}{{{labels}}} "
            found = [line for line in curl(site).splitlines() if line.startswith(start)]
            return float(found[0].removeprefix(start)) if found else None

        def sound(hop: str) -> float | None:
            return value("netc_path_healthy", f'hop="{hop}",{whose}')

        eventually(lambda: sound("service") == 1, seconds=15)
        assert {sound(hop) for hop in ("container", "lan", "address", "rules")} == {1}
        assert value("netc_lease_phase", 'interface="eth1",phase="bound",service="shop"') == 1
        expiry = value("netc_lease_expiry_timestamp_seconds")
        assert expiry is not None
        assert 0 < expiry - time.time() < 3600
        packets, flow = "netc_forwarded_packets_total", f'direction="in",forward="80/tcp",{whose}'
        eventually(lambda: (value(packets, flow) or 0) > 0, seconds=15)
        site.netc("renew", "shop")
        eventually(lambda: value("netc_lease_renewals_total") == 1)
        passed = value(packets, flow)
        site.docker("restart", "netc-shop")
        eventually(lambda: value("netc_network_container_starts_total") == 2, seconds=15)
        assert (value(packets, flow) or 0) >= (passed or 0)
        checked = subprocess.run(
            ["promtool", "check", "metrics"],
            input=curl(site),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
        site.docker("stop", "-t", "0", "shop")
        eventually(lambda: sound("service") == 0, seconds=15)
        site.docker("rm", "-f", "shop")
        eventually(lambda: "shop" not in curl(site), seconds=20)
        assert "netc_build_info" in curl(site)
        site.lab.stop_engine()
        eventually(lambda: "netc_engine_up 0.0" in curl(site), seconds=20)
        site.lab.start_engine()
        eventually(lambda: "netc_engine_up 1.0" in curl(site), seconds=20)
        assert watcher.ended(signal.SIGTERM) < 1


def test_a_place_that_is_taken_or_none_is_said_in_one_line(site: Site, tmp_path: Path) -> None:
    with watch(site, tmp_path, "--metrics", METRICS):
        eventually(lambda: curl(site))
        done = site.run("watch", "--metrics", METRICS)
        assert done.returncode == 1
        assert done.stderr == (
            f"netc: metrics cannot be served on {METRICS}: address already in use\n"
        )
    done = site.run("watch", "--metrics", "eth1:80")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
