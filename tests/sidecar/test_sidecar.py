"""The shell inside a network container: its functions, against Python's own idea of them."""

import ipaddress
import json
import os
import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netc_tui.core.protocol import Env
from netc_tui.sidecar import COMMANDS, PARTS

FOLDER = Path(str(resources.files("netc_tui.sidecar")))
SCRIPTS = ("entry", *COMMANDS, *PARTS)
FUNCTIONS = "set -u\n" + "\n".join((FOLDER / part).read_text() for part in PARTS if part != "loop")
ENVIRONMENT = dict.fromkeys(Env, "") | {"NETC_NAME": "web", "NETC_LOOKUP": "dns"}


def shell(script: str, stdin: bytes = b"", **environment: str | bytes) -> list[str]:
    """The lines that the entry point's functions print when ``script`` uses them."""
    variables = {**ENVIRONMENT, "NETC_MAC": "02:00:00:00:00:07"}
    ran = subprocess.run(
        ["busybox", "sh", "-c", f"{FUNCTIONS}\n{script}"],
        input=stdin,
        env={**{k: os.fsencode(v) for k, v in (variables | environment).items()}},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.decode().splitlines()


def each(call: str, words: list[tuple[str, ...]]) -> list[str]:
    """What ``call`` says for each of many arguments, in one shell: ``-`` where it fails."""
    fields = " ".join(f"f{n}" for n in range(len(words[0])))
    script = f"while IFS='|' read -r {fields} <&4; do {call} || echo -; done 4<&0"
    text = "\n".join("|".join(row) for row in words) + "\n"
    said = shell(script, text.encode())
    assert len(said) == len(words)
    return said


def test_shellcheck_has_nothing_to_say() -> None:
    assert shutil.which("shellcheck"), "install shellcheck: the sidecar is checked with it"
    ran = subprocess.run(
        ["shellcheck", *SCRIPTS], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert ran.stdout + ran.stderr == ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_busybox_can_read_it(script: str) -> None:
    subprocess.run(["busybox", "sh", "-n", FOLDER / script], check=True)


OCTET = st.one_of(
    st.integers(0, 255).map(str),
    st.sampled_from(("0", "256", "00", "01", "008", "255", "1000", "", "-1", "0x1", "9" * 20)),
)
NEAR_IP = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.lists(OCTET, min_size=3, max_size=5).map(".".join),
    st.text(st.sampled_from("0123456789. -abx*/$()`"), max_size=16),
    st.sampled_from(
        ("1.2.3.4.", ".1.2.3.4", "1..2.3", "1.2.3", "1.2.3.4 ", "0.0.0.0", "255.255.255.255",
         "127.0.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "223.255.255.255", "$(reboot)")
    ),
)  # fmt: skip


def many(strategy: st.SearchStrategy[str], count: int = 400) -> list[str]:
    """Generated inputs by the batch: a shell for each would be slow."""
    found = sample(strategy, count)
    return [one for one in found if "\n" not in one and "|" not in one]


def sample(strategy: st.SearchStrategy[str], count: int) -> list[str]:
    found: list[str] = []

    @given(st.lists(strategy, min_size=20, max_size=60))
    @settings(max_examples=max(5, count // 30))
    def collect(some: list[str]) -> None:
        found.extend(some)

    collect()
    return found


def python_ip(text: str) -> int | None:
    try:
        return int(ipaddress.IPv4Address(text))
    except ValueError:
        return None


def test_parse_ip() -> None:
    texts = [text for text in many(NEAR_IP) if text == text.strip()]
    said = each('parse_ip "$f0" && echo $integer', [(text,) for text in texts])
    assert any(word == "-" for word in said)
    assert any(word != "-" for word in said)
    for text, word in zip(texts, said, strict=True):
        number = python_ip(text)
        assert word == ("-" if number is None else str(number)), text


def test_usable_ip() -> None:
    texts = [text for text in many(NEAR_IP) if text == text.strip()]
    said = each('usable_ip "$f0" && echo yes', [(text,) for text in texts])
    for text, word in zip(texts, said, strict=True):
        number = python_ip(text)
        first = (number or 0) >> 24
        usable = number is not None and 0 < first < 224 and first != 127
        assert (word == "yes") is usable, text


def test_in_subnet() -> None:
    pairs = st.tuples(st.ip_addresses(v=4), st.ip_addresses(v=4), st.integers(0, 32))
    near = pairs.map(
        lambda p: f"{ipaddress.IPv4Address(int(p[0]) ^ (int(p[1]) & 0xFF))} {p[0]}/{p[2]}"
    )
    far = pairs.map(lambda p: f"{p[0]} {p[1]}/{p[2]}")
    bad = st.sampled_from(("x 10.0.0.0/8", "10.0.0.1. 10.0.0.0/8", "010.0.0.1 10.0.0.0/8"))
    rows = [tuple(text.split()) for text in many(near | far | bad)]
    said = each('in_subnet "$f0" "$f1" && echo yes', rows)
    assert {"yes", "-"} == set(said)
    for (address, subnet), word in zip(rows, said, strict=True):
        number = python_ip(address)
        inside = number is not None and ipaddress.IPv4Address(number) in ipaddress.ip_network(
            subnet, strict=False
        )
        assert (word == "yes") is inside, (address, subnet)


def test_prefix_of() -> None:
    masks = [str(ipaddress.ip_network(f"0.0.0.0/{n}").netmask) for n in range(33)]
    wrong = ["255.0.255.0", "0.0.0.255", "255.255.255.253", "1.2.3.4", "", "$(id)", "255.255.255"]
    addresses = ["9.1.1.1", "10.1.1.1", "99.1.1.1", "100.1.1.1", "126.1.1.1", "128.1.1.1",
                 "172.16.0.1", "191.1.1.1", "192.168.1.1", "200.1.1.1", "223.1.1.1"]  # fmt: skip
    rows = [(mask, address) for mask in masks + wrong for address in addresses]
    said = each('prefix_of "$f0" "$f1" && echo $prefix', rows)
    for (mask, address), word in zip(rows, said, strict=True):
        first = int(address.split(".")[0])
        by_class = 8 if first < 128 else 16 if first < 192 else 24
        length = masks.index(mask) if mask in masks else 0
        assert int(word) == (length if length >= 8 else by_class), (mask, address)


def test_seconds_of_and_number() -> None:
    texts = many(
        st.one_of(
            st.integers(0, 2**32 - 1).map(lambda n: f"{n:08x}"),
            st.text(st.sampled_from("0123456789abcdefgxF -$"), max_size=12),
            st.integers(0, 10**12).map(str),
        )
    )
    texts = [text for text in texts if text == text.strip()]
    rows = [(text,) for text in texts]
    for text, word in zip(texts, each('seconds_of "$f0" && echo $seconds', rows), strict=True):
        valid = re.fullmatch("[0-9a-f]{8}", text)
        assert word == (str(int(text, 16)) if valid else "-"), text
    for text, word in zip(texts, each('number "$f0" && echo yes', rows), strict=True):
        assert (word == "yes") is bool(re.fullmatch("[0-9]{1,10}", text)), text


HOSTILE = [
    "plain", "", "a b", 'a"b', "a\\b",
    '"', "\\", '\\"', "'", "$(id)", "`id`", "${PATH}", "%s%n%d",
    "a\nb", "\n", "a\n", "\r\n", "\t", "\x1b[2J", "\x07", "\x7f", "ä", "日本", "\u202e",
    "*", "?", "~", "-n", "-e", "--", "a;b", "a&b", "|", "<>", "#", "!", "}",
    '","ip":"6.6.6.6', "\U0001f600", "a" * 5000,
]  # fmt: skip


def quoted(text: str) -> str | None:
    """What is to be read from the log: printable ASCII stays, any other byte is a mark."""
    if text == "":
        return None
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in os.fsencode(text))


def batch(call: str, texts: list[str]) -> list[str]:
    """The same as ``each``, for arguments with any bytes but NUL."""
    script = f'for f in "$@"; do {call}; echo; done'
    ran = subprocess.run(
        ["busybox", "sh", "-c", f"{FUNCTIONS}\n{script}", "sh", *map(os.fsencode, texts)],
        env=dict(ENVIRONMENT),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return ran.stdout.decode("ascii").splitlines()


def test_json_strings() -> None:
    text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
    syntax = st.text(st.sampled_from("\"\\'`$(){}\n\t\x1b ä%-*"), min_size=1, max_size=12)
    texts = [*HOSTILE, "\udcff\udcfe", *sample(text | syntax, 150)]
    said = batch("""said='{"event":0'; add text "$f"; printf '%s}' "$said\"""", texts)
    assert [json.loads(line)["text"] for line in said] == [quoted(text) for text in texts]


def test_a_line_of_the_log_is_one_json_object_whatever_comes_in() -> None:
    texts = HOSTILE[:20]
    said = batch('ip=$f server=$f domain=$f target=$f; emit bad_offer "$f"', texts)
    lines = [json.loads(line) for line in said if line]
    assert len(lines) == len(texts)
    for text, line in zip(texts, lines, strict=True):
        assert line["event"] == "bad_offer"
        for name in ("message", "ip", "server", "domain", "target"):
            assert line[name] == quoted(text)


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
        router="192.168.77.1 192.168.77.2", lease="3600", opt58="00000708", staticroutes=routes,
    )  # fmt: skip
    assert facts == {
        "ip": "192.168.77.9", "subnet": "255.255.255.0", "server": "192.168.77.1",
        "router": "192.168.77.1 192.168.77.2", "lease": "3600", "t1": "00000708", "routes": routes,
    }  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_option_can_pass_for_another_fact(tmp_path: Path, hostile: str) -> None:
    facts = hook(tmp_path, "renew", ip="192.168.77.9", domain=f"{hostile}\nip=6.6.6.6\n{hostile}")
    assert set(facts) == {"ip", "domain"}
    assert facts["ip"] == "192.168.77.9"
    assert facts["domain"].isascii()
    assert facts["domain"].isprintable()


PACKAGED = ("iptables-restore", "iptables-save", "conntrack")


@pytest.mark.parametrize("missing", ["", *PACKAGED])
def test_a_base_that_lacks_something_is_refused_when_the_image_is_built(
    tmp_path: Path, missing: str
) -> None:
    """With the one word that says what; the build shows it."""
    for name in PACKAGED:
        if name != missing:
            (tmp_path / name).write_text("#!/bin/sh\n")
            (tmp_path / name).chmod(0o755)
    script = (FOLDER / "selftest").read_text().replace("/netc/selftest.d", f"{tmp_path}/test")
    ran = subprocess.run(
        [shutil.which("busybox") or "busybox", "sh", "-c", script],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    said = f"netc: the base image has no {missing}\n" if missing else ""
    assert (ran.returncode, ran.stdout, ran.stderr) == (1 if missing else 0, said, "")
    assert not (tmp_path / "test").exists()


def test_a_shell_whose_read_does_not_wait_is_refused(tmp_path: Path) -> None:
    for name in PACKAGED:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    script = (FOLDER / "selftest").read_text().replace("/netc/selftest.d", f"{tmp_path}/test")
    ran = subprocess.run(
        [shutil.which("busybox") or "busybox", "sh", "-c", f"read() {{ return 0; }}\n{script}"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (ran.returncode, ran.stdout) == (
        1,
        "netc: the base image has no shell whose read -t ends\n",
    )
