"""Which host a command is for, and all of them at once."""

import json
import tarfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netc_tui.cli import complete, hosts, main
from netc_tui.cli.run import ended
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.wishes import ENABLE
from netc_tui.engine import Endpoint, EngineApi
from netc_tui.operations.up import Request, up
from netc_tui.settings.declared import Flags, Settings
from tests.cli.process import opened
from tests.machine import run
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")

FILE = """
[hosts]
nas = "ssh://root@nas"
db = "ssh://root@db"
dead = "ssh://root@dead"
"""


@pytest.fixture(autouse=True)
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    made = tmp_path / "config.toml"
    made.write_text(FILE)
    monkeypatch.setenv("NETC_CONFIG", str(made))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    for name in ("NETC_HOST", "DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    return made


def engine(id: str, *services: str) -> FakeEngine:
    made = FakeEngine()
    made.engine = msgspec.structs.replace(made.engine, id=id)
    for name in services:
        made.run(name)
    return made


class Called:
    """`netc`, on engines in memory that are reached by urls."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.engines = {
            "ssh://root@nas": engine("A", "web", "wiki"),
            "ssh://root@db": engine("B", "db", "web"),
            "unix:///var/run/docker.sock": engine("C", "here"),
        }

    async def connect(self, endpoint: Endpoint) -> EngineApi:
        if endpoint.url not in self.engines:
            raise NetcError(f"nobody at {endpoint.url}", Exit.ENGINE)
        return self.engines[endpoint.url]

    def __call__(self, *words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as over:
            ended(lambda: main.app([*words], prog_name="netc"))
        printed = self._capsys.readouterr()
        return int(over.value.code or 0), printed.out, printed.err


@pytest.fixture
def netc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Called:
    made = Called(capsys)
    monkeypatch.setattr("netc_tui.engine.connect", made.connect)
    monkeypatch.setenv("COLUMNS", "200")
    return made


def listed(out: str) -> list[str]:
    return [line.split()[0] for line in out.splitlines()[2:]]


def test_a_command_is_for_the_host_that_is_named(
    netc: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listed(netc("ls")[1]) == ["here"], "without a word it is what it was"
    assert listed(netc("--host", "nas", "ls")[1]) == ["web", "wiki"]
    assert listed(netc("-H", "ssh://root@db", "ls")[1]) == ["db", "web"]
    assert listed(netc("--host", "default", "ls")[1]) == ["here"]
    assert netc("--host", "nas", "up", "web", "eth0", "--no-check")[0] == 0
    assert "netc-web" in netc.engines["ssh://root@nas"].boxes
    assert "netc-web" not in netc.engines["ssh://root@db"].boxes
    monkeypatch.setenv("NETC_HOST", "db")
    assert listed(netc("ls")[1]) == ["db", "web"]
    assert listed(netc("--host", "nas", "ls")[1]) == ["web", "wiki"], "a flag goes before that"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--host", "nsa", "ls"), 2, "there is no host 'nsa'; did you mean nas?"),
        (("--host", "", "ls"), 2, "--host: a name, or an address"),
        (("--host", "dead", "ls"), 5, "nobody at ssh://root@dead"),
        (("--host", "ssh://a b", "ls"), 5, "is no address for ssh"),
        (("--host", "nas", "--host", "db", "ls"), 2, "--host before ls: one at a time"),
        (("--host", "nas", "config"), 2, "--host before config: it is for this machine alone"),
        (("--host", "nas", "lab", "status"), 2, "--host before lab: it is for this machine"),
        (("--all-hosts", "ls"), 2, "--all-hosts before ls: write netc ls --all-hosts"),
        (("--all-hosts", "up", "web", "eth0"), 2, "--all-hosts before up: it is for the TUI alone"),
        (("--host", "nas", "ls", "--all-hosts"), 2, "--host and all of them: choose one"),
        (("ls", "--all-hosts", "--timeout", "nan"), 2, "nan is no number of seconds"),
    ],
)
def test_what_cannot_be_is_said(netc: Called, words: tuple[str, ...], code: int, said: str) -> None:
    found, out, err = netc(*words)
    assert (found, out) == (code, "")
    assert said in err


def test_several_in_the_environment_are_none_for_a_command(
    netc: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETC_HOST", "nas, db")
    code, _, err = netc("ls")
    assert (code, err) == (2, "netc: NETC_HOST names several hosts; a command is for one\n")


def test_all_hosts_at_once(netc: Called) -> None:
    run(up(netc.engines["ssh://root@db"], Request("web", "eth0")))
    code, out, err = netc("ls", "--all-hosts")
    assert code == 0, "some answer"
    head, _, *rows = out.splitlines()
    assert head.split()[:2] == ["HOST", "SERVICE"]
    pairs = [tuple(row.split()[:2]) for row in rows]
    assert pairs == [("nas", "web"), ("nas", "wiki"), ("db", "db"), ("db", "web")]
    assert err == "dead: nobody at ssh://root@dead\n"


def test_all_hosts_for_scripts(netc: Called) -> None:
    code, out, err = netc("ls", "--all-hosts", "--json")
    assert (code, err) == (0, "dead: nobody at ssh://root@dead\n")
    document = json.loads(out)
    assert document["schema"] == 1
    assert [(each["name"], each["error"]) for each in document["hosts"]] == [
        ("nas", None),
        ("db", None),
        ("dead", "nobody at ssh://root@dead"),
    ]
    assert document["hosts"][0]["url"] == "ssh://root@nas"
    assert document["hosts"][0]["engine"]["id"] == "A"
    assert document["hosts"][2]["engine"] is None
    found = [(each["host"], each["name"]) for each in document["services"]]
    assert found == [("nas", "web"), ("nas", "wiki"), ("db", "db"), ("db", "web")]
    assert document["services"][0].keys() >= {"ports", "network_container", "kept"}


def test_that_none_answers_is_exit_code_5(netc: Called) -> None:
    netc.engines.clear()
    code, out, err = netc("ls", "--all-hosts")
    assert (code, out) == (5, "")
    assert err.splitlines() == [
        "nas: nobody at ssh://root@nas",
        "db: nobody at ssh://root@db",
        "dead: nobody at ssh://root@dead",
        "netc: none of 3 hosts answers",
    ]
    code, out, err = netc("ls", "--all-hosts", "--json")
    assert code == 5
    assert json.loads(out)["services"] == []


def test_that_none_is_declared_is_said(netc: Called, file: Path) -> None:
    file.write_text("")
    code, _, err = netc("ls", "--all-hosts")
    assert code == 2
    assert err.startswith("netc: no hosts are declared: write [hosts] into the settings")
    assert listed(netc("ls", "--all-contexts")[1]) == ["default"]


def test_one_id_of_two_engines_is_told_with_what_to_do(netc: Called) -> None:
    netc.engines["ssh://root@db"] = engine("A", "db")
    for net in netc.engines["ssh://root@db"].nets.values():
        if net.name == "bridge":
            netc.engines["ssh://root@db"].nets["bridge"] = msgspec.structs.replace(net, id="own")
    err = netc("ls", "--all-hosts")[2]
    assert "nas and db have one engine id, as cloned machines do" in err
    netc.engines["ssh://root@db"] = netc.engines["ssh://root@nas"]
    err = netc("ls", "--all-hosts")[2]
    assert "nas and db are one and the same engine\n" in err


def test_remarks_name_the_host_and_images_of_another_version_are_told(netc: Called) -> None:
    nas = netc.engines["ssh://root@nas"]
    nas.run("asks", labels={ENABLE: "true"})
    run(up(nas, Request("web", "eth0")))
    nas.boxes["netc-web"].image = "netc-sidecar:0123456789ab"
    err = netc("ls", "--all-hosts")[2]
    assert "nas: no netc watch runs here: what labels ask for is not followed" in err
    assert "nas: of its network containers, 1 run another version of netc's image" in err
    assert "db: " not in err


def test_a_service_of_one_host_s_in_trouble_is_told_with_its_host(
    netc: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    netc.engines["ssh://root@nas"].run("vain", labels={ENABLE: "maybe"})
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("netc_tui.cli.output.roomy", lambda: False)
    out = netc("ls", "--all-hosts")[1]
    assert "\nvain@nas: refused: netc.enable=maybe: write true or false\n" in out


def test_what_mends_it_is_told_so_that_it_acts_on_that_host(
    netc: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    nas = netc.engines["ssh://root@nas"]
    assert isinstance(nas, FakeEngine)
    run(up(nas, Request("web", "eth0")))
    nas.stop("web")
    mends = "docker -H ssh://root@nas start web"
    for words in (("--host", "nas", "ls"), ("--host", "nas", "leases"), ("ls", "--all-hosts")):
        assert f"start it with: {mends}" in netc(*words)[1], words
    said = netc("--host", "nas", "show", "wiki")[2]
    assert "make one with: netc --host nas up wiki INTERFACE\n" in said
    code, out, _ = netc("--host", "nas", "doctor", "web", "--json")
    findings = json.loads(out)["services"][0]["findings"]
    assert code == 7
    assert [each["remedy"] for each in findings] == [mends, "netc --host nas renew web"]
    monkeypatch.setenv("NETC_HOST", "nas")
    assert f"start it with: {mends}\n" in netc("doctor", "web")[1], "in words, too"
    monkeypatch.delenv("NETC_HOST")
    here = netc("show", "here")[2]
    assert "make one with: netc up here INTERFACE\n" in here, "no host was named"


def test_of_a_host_that_is_away_nothing_is_told_that_is_this_machine_s(
    netc: Called, tmp_path: Path
) -> None:
    code, out, err = netc("--host", "dead", "doctor")
    assert code == 5
    assert "BROKEN    engine: nobody at ssh://root@dead" in out
    assert "interfaces: not checked (the engine does not answer)" in out
    assert "macvlan in the kernel: not checked" in out
    assert "fit" not in out
    assert "nobody at ssh://root@dead" in err
    archive = tmp_path / "there.tar.gz"
    assert netc("--host", "dead", "support", "--output", str(archive))[0] == 5
    with tarfile.open(archive) as opened:
        names = {Path(name).name for name in opened.getnames()}
        told = opened.extractfile(next(name for name in opened.getnames() if "doctor.txt" in name))
        assert told is not None
        assert "fit" not in told.read().decode()
    assert "interfaces.json" not in names
    assert "fit" in netc("doctor")[1], "this machine tells of itself"


# --- the TUI


def names(flags: Flags, settings: Settings) -> list[str]:
    return [host.name for host in hosts.on_screen(flags, settings)]


def test_the_screen_shows_those_that_are_named_or_all(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {"nas": "ssh://root@nas", "db": "ssh://root@db"}
    plain = Settings(hosts=declared)
    everything = Settings(hosts=declared, all_hosts=True)
    assert names(Flags(), plain) == [], "what is in force"
    assert names(Flags(hosts=("db", "nas", "db")), plain) == ["db", "nas"]
    assert names(Flags(), everything) == ["nas", "db"]
    assert names(Flags(), Settings(hosts=declared, all_contexts=True)) == ["default"]
    both = Settings(hosts=declared, all_hosts=True, all_contexts=True)
    assert names(Flags(), both) == ["nas", "db", "default"]
    monkeypatch.setenv("NETC_HOST", "db,ssh://other")
    assert names(Flags(), everything) == ["db", "ssh://other"]
    assert names(Flags({"all_hosts": True}), everything) == ["nas", "db"]
    assert names(Flags({"all_hosts": False}), everything) == ["db", "ssh://other"]
    assert names(Flags(hosts=("nas",)), everything) == ["nas"]
    with pytest.raises(NetcError, match="--host and all of them: choose one"):
        hosts.on_screen(Flags({"all_hosts": True}, None, ("nas",)), everything)
    with pytest.raises(NetcError, match="no hosts are declared"):
        hosts.on_screen(Flags({"all_hosts": True}), Settings(all_hosts=True))


def test_the_program_hands_them_to_the_screen(file: Path) -> None:
    done = opened("--host", "nas", NETC_CONFIG=str(file), then="print([h.name for h in hosts])")
    assert "['nas']" in done.stdout
    done = opened(NETC_HOST="db", NETC_CONFIG=str(file), then="print([h.name for h in hosts])")
    assert "['db']" in done.stdout
    done = opened("--host", "nsa", NETC_CONFIG=str(file))
    assert done.returncode == 2
    assert "did you mean nas?" in done.stderr
    assert opened(then="print(hosts)").stdout.splitlines()[-1] == "()"


# --- completion


def test_names_of_hosts_are_completed(file: Path) -> None:
    assert complete.hosts("d") == ["db", "dead", "default"]
    file.write_text("not toml")
    assert complete.hosts("d") == ["default"]


def test_names_of_services_are_those_of_the_host_that_is_named(
    netc: Called, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def offered(line: str) -> list[str]:
        words = line.split(" ")
        monkeypatch.setenv("_NETC_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        with pytest.raises(SystemExit):
            main.app([], prog_name="netc")
        return capsys.readouterr().out.split()

    assert offered("netc --host nas up w") == ["web", "wiki"]
    assert offered("netc --host db up w") == ["web"]
    assert offered("netc up h") == ["here"]
    assert offered("netc --host n") == ["nas"]
    assert offered("netc --host nobody up w") == []
    assert offered("netc --host default up here eth") == ["eth0", "eth1", "eth2"]
    assert offered("netc --host nas up web eth") == [], "those of another machine"
    assert offered("netc --host nobody up web eth") == []


def mended_by(document: dict[str, Any], host: str | None = None) -> str:
    """What is told to mend web, for scripts."""
    (own,) = [
        each["network_container"]
        for each in document["services"]
        if each["name"] == "web" and each.get("host") == host
    ]
    said = own["health"]["finding"]["remedy"]
    assert isinstance(said, str)
    return said


def test_what_mends_it_is_for_scripts_too_the_command_to_be_given_here(
    netc: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = "docker -H ssh://root@nas start web"
    nas = netc.engines["ssh://root@nas"]
    run(up(nas, Request("web", "eth0")))
    nas.stop("web")
    found = json.loads(netc("--host", "nas", "ls", "--all", "--json")[1])
    assert mended_by(found) == there
    for name in ("", "db"):  # whichever host is in force
        monkeypatch.setenv("NETC_HOST", name)
        found = json.loads(netc("ls", "--all-hosts", "--all", "--json")[1])
        assert mended_by(found, "nas") == there
    monkeypatch.delenv("NETC_HOST")
    code, out, _ = netc("--host", "nas", "up", "web", "eth0", "--json")
    assert code != 0
    assert "docker start" not in out


def test_a_host_that_is_not_known_is_not_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts.give(())
    monkeypatch.setenv("NETC_HOST", "nobody")
    assert not hosts.here()
    monkeypatch.delenv("NETC_HOST")
    assert hosts.here()


def test_what_is_said_of_all_hosts_is_of_none_that_is_in_force(
    netc: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    netc.engines["ssh://root@db"] = engine("A", "db")
    net = netc.engines["ssh://root@db"].nets["bridge"]
    netc.engines["ssh://root@db"].nets["bridge"] = msgspec.structs.replace(net, id="own")
    monkeypatch.setenv("NETC_HOST", "db")
    assert "then `netc down` and `netc up` for what is on" in netc("ls", "--all-hosts")[2]
