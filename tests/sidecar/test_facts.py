"""Facts about numbers, moments, addresses: the shell's, against Python's own idea of them."""

import ipaddress
import os
import re
import subprocess
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sidecar.box import FOLDER
from tests.sidecar.shell import ENVIRONMENT, FUNCTIONS, sample


@given(st.lists(st.integers(0, 2**33), min_size=20, max_size=60))
@settings(max_examples=10, deadline=None)
def test_moments_are_those_of_the_calendar(epochs: list[int]) -> None:
    code = f"set -u\n. {FOLDER}/facts\nfor f; do instant $f; echo $when; done"
    ran = subprocess.run(
        ["busybox", "sh", "-c", code, "sh", *map(str, epochs)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    expected = [datetime.fromtimestamp(one, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for one in epochs]
    assert ran.stdout.split() == expected


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
