"""The main job, seen from another machine on the LAN."""

import json
import signal
import subprocess
import sys
import time

from .conftest import Site, eventually

QUERY = "0001010000010000000000000773657276696365047465737400" + "00010001"
ONE_PORT = """
import socket, sys, time
talk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
talk.bind(("", 5354))
talk.settimeout(0.2)
end = time.monotonic() + 6
while time.monotonic() < end:
    talk.sendto(bytes.fromhex(sys.argv[2]), (sys.argv[1], 53))
    try:
        talk.recv(512)
        print("answered")
        break
    except OSError:
        time.sleep(0.1)
"""


def test_two_services_answer_on_port_80_at_two_addresses(site: Site) -> None:
    one, two = site.up("web1"), site.up("web2")
    assert one != two
    assert (site.get(one), site.get(two)) == ("web1", "web2")


def test_udp_answers(site: Site) -> None:
    address = site.up("dns")
    asked = site.lab.client(["busybox", "nslookup", "-type=a", "service.test", address])
    assert "192.0.2.53" in asked.stdout, asked


def test_a_service_that_restarts_at_another_address_is_followed(site: Site) -> None:
    address = site.up("web1")
    before = site.show("web1")["target"]
    # Another container takes the address that is free for a moment.
    site.docker("stop", "web1")
    site.docker("run", "-d", "--name", "squatter", "netc-lab/worker")
    site.docker("start", "web1")
    started = time.monotonic()
    eventually(lambda: site.get(address, seconds=0.5), lambda page: page == "web1", 5)
    assert time.monotonic() - started < 5
    assert eventually(lambda: site.show("web1")["target"]) != before


def test_a_service_made_anew_on_its_network_is_followed(site: Site) -> None:
    address = site.up("app")
    before = site.show("app")["target"]
    site.docker("rm", "-f", "app")
    site.docker("run", "-d", "--name", "squatter", "--network", "backend", "netc-lab/worker")
    site.docker("run", "-d", "--name", "app", "--hostname", "again", "--restart=unless-stopped",
                "--network", "backend", "netc-lab/app")  # fmt: skip
    eventually(lambda: site.get(address, 8080, 0.5), lambda page: page == "again", 5)
    assert site.show("app")["target"] != before
    site.docker("rm", "-f", "app", "squatter")
    site.docker("run", "-d", "--name", "app", "--hostname", "app", "--restart=unless-stopped",
                "--network", "backend", "netc-lab/app")  # fmt: skip


def test_nothing_is_forwarded_to_whoever_gets_the_address_of_a_service_that_is_gone(
    site: Site,
) -> None:
    site.docker("network", "create", "--subnet", "172.30.0.0/24", "fixed")
    run = ("run", "-d", "--network", "fixed", "--ip", "172.30.0.50")
    site.docker(*run, "--name", "svc", "--hostname", "svc", "netc-lab/web")
    address = site.up("svc")
    assert site.get(address) == "svc"
    site.docker("stop", "svc")
    site.docker(*run, "--name", "other", "--hostname", "other", "netc-lab/web")
    eventually(lambda: site.show("svc")["target"], lambda found: found is None)
    refused = site.lab.client(["curl", "-s", "--max-time", "2", f"http://{address}/"])
    assert refused.returncode == 7, "refused at once, not dropped"
    assert "does it run" in site.show("svc")["message"]


def test_datagrams_under_way_follow_the_service(site: Site) -> None:
    # The same client port all the time: its conntrack entry must not hold it to the old target.
    address = site.up("dns")
    ask = ["busybox", "nslookup", "-type=a", "service.test", address]
    assert "192.0.2.53" in site.lab.client(ask).stdout
    site.docker("stop", "dns")
    site.docker("run", "-d", "--name", "squatter", "netc-lab/worker")
    site.docker("start", "dns")
    asked = site.lab.client(["python3", "-c", ONE_PORT, address, QUERY])
    assert "answered" in asked.stdout


def test_a_neighbour_that_routes_through_it_reaches_nothing(site: Site) -> None:
    address = site.up("web1")
    inside = [
        site.docker("inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", name)
        for name in ("web1", "web2")
    ]
    own = site.docker(
        "inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", "netc-web1"
    )
    site.lab.client(["ip", "route", "add", "172.17.0.0/16", "via", address])
    try:
        for target in (*inside, own, "172.17.0.1"):
            assert site.get(target, seconds=1) is None, target
            ping = site.lab.client(["ping", "-c", "1", "-W", "1", target])
            assert ping.returncode != 0, target
    finally:
        site.lab.client(["ip", "route", "del", "172.17.0.0/16"])
    assert site.get(address) == "web1"
    assert site.get(address, 8080) is None, "only what the service exposes"


def test_the_host_itself_reaches_it_by_a_route(site: Site) -> None:
    address = site.up("web1")
    get = ["curl", "-s", "--max-time", "1", f"http://{address}/"]
    assert site.lab.exec(get).returncode != 0
    assert "docker0" in site.netc("route", "add", "web1")
    assert "was there" in site.netc("route", "add", "web1")
    assert site.lab.exec(get).stdout.strip() == "web1"
    assert site.get(address) == "web1", "the LAN reaches it as before"
    # The bridge address of the network container may be another after a restart.
    site.docker("restart", "netc-web1")
    eventually(lambda: site.lab.exec(get).stdout.strip(), lambda page: page == "web1", 5)
    site.netc("route", "del", "web1")
    assert site.lab.exec(get).returncode != 0
    assert "no route" in site.run("route", "del", "web1").stderr


def test_routes_need_root(site: Site) -> None:
    site.up("web1")
    drop = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"]
    refused = site.lab.exec([*drop, sys.executable, "-m", "netc_tui", "route", "add", "web1"])
    assert (refused.returncode, refused.stderr.count("\n")) == (5, 1), refused
    assert "root" in refused.stderr


LEGACY = """\
FROM netc-base:host
RUN for tool in iptables-restore iptables-save ip6tables-restore; do \
      rm /usr/sbin/$tool && ln -s /bin/false /usr/sbin/$tool; \
    done
"""


def test_a_kernel_without_nf_tables(site: Site) -> None:
    build = ["docker", "build", "--tag", "legacy", "-"]
    assert site.lab.exec(build, input=LEGACY).returncode == 0
    site.netc("image", "build", "--base", "legacy")
    try:
        address = site.up("web1")
        assert site.get(address) == "web1"
        counted = json.loads(site.netc("rules", "web1", "--json"))["rules"]
        assert any(rule["target"].startswith("DNAT") and rule["packets"] for rule in counted)
        assert "ipv6_open" not in site.events("web1")
    finally:
        site.netc("image", "build", "--base", "host")


def test_watching_goes_on_until_ctrl_c(site: Site) -> None:
    address = site.up("web1")
    for command in (["leases"], ["rules", "web1"]):
        arguments = [*command, "--watch", "--interval", "0.3", "--json"]
        watching = site.lab.popen(
            "host", [sys.executable, "-m", "netc_tui", *arguments], stdout=subprocess.PIPE
        )
        assert watching.stdout is not None
        seen = [json.loads(watching.stdout.readline()) for _ in range(3)]
        watching.send_signal(signal.SIGINT)
        assert watching.wait(5) == 130
        assert all(document["schema"] == 1 for document in seen)
        assert address in json.dumps(seen)
