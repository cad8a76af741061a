"""What is said, and kept."""

import json
import os
import subprocess
from pathlib import Path

from hypothesis import strategies as st

from netc_tui.core.lease import parse
from tests.sidecar.box import WARNING, Box
from tests.sidecar.shell import ENVIRONMENT, FUNCTIONS, HOSTILE, sample


def test_the_last_event_is_kept_beside_the_log(box: Box) -> None:
    told = box.run("bound_at_ten")
    assert json.loads((box.folder / "lease/state").read_text()) == told.events[-1]


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
    said = batch('ip=$f server=$f domain=$f dns=$f target=$f; emit bad_offer "$f"', texts)
    lines = [json.loads(line) for line in said if line]
    assert len(lines) == len(texts)
    for text, line in zip(texts, lines, strict=True):
        assert line["event"] == "bad_offer"
        for name in ("message", "ip", "server", "domain", "dns", "target"):
            assert line[name] == quoted(text)


def test_each_event_has_the_warning(tmp_path: Path) -> None:
    box = Box(tmp_path)
    (tmp_path / "proc/net/if_inet6").touch()
    (tmp_path / "bin/ip6tables-restore").write_text("#!/bin/sh\nexit 1\n")
    told = box.run("lan=eth1; svc=eth0; NETC_RULES_SHA256=; first_rules; emit checked")
    assert told.names[:1] == ["ipv6_open"]
    assert {said["warning"] for said in told.events} == {WARNING}
    event = parse(f'{{"event":"checked","time":"2026-01-01T00:00:00Z","warning":"{WARNING}"}}')
    assert event is not None
    assert event.warning == WARNING
