"""The rules with their counters, and those that are planned."""

import os
import subprocess

import pytest

from netc_tui.core.rules import BASE, Difference, compare, fill
from tests.sidecar.box import FOLDER, Box
from tests.sidecar.test_examine import FACTS, KNOWN, PLAN, saved

GONE = "-A NETC-DNAT -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1"


def counters(box: Box, rules: str) -> str:
    """What it prints where these rules are in force."""
    (box.folder / "lease/rules").write_text(PLAN)
    (box.folder / "run/facts").write_text(FACTS + "\n")
    box.answer("iptables-save", rules.replace("-A ", "[1:60] -A "))
    environment = {
        "NETC_BASE_RULES": BASE, "RUN": str(box.folder / "run"), "HERE": str(FOLDER),
        "VOLUME": str(box.folder / "lease"), "CALLS": str(box.folder / "calls"),
        "ANSWERS": str(box.folder / "answers"), "PATH": f"{box.folder / 'bin'}:{os.environ['PATH']}",
    }  # fmt: skip
    ran = subprocess.run(
        ["busybox", "sh", f"{FOLDER}/counters"],
        env=environment, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert ran.stderr == ""
    return ran.stdout


def test_rules_as_planned(box: Box) -> None:
    assert compare(counters(box, saved(fill(BASE + PLAN, KNOWN)))) == Difference()


def test_one_that_is_missing_and_one_that_was_added(box: Box) -> None:
    whole = saved(fill(BASE + PLAN, KNOWN))
    assert f"{GONE}\n" in whole
    other = GONE.replace("80", "81")
    assert compare(counters(box, whole.replace(GONE, other))) == Difference(
        missing=(f"nat {GONE}",), added=(f"nat {other}",)
    )


@pytest.mark.parametrize("facts", ["", "lan=eth1 svc=eth0 ip=10.77.0.51 gateway= target="])
def test_of_rules_that_are_just_being_loaded_nothing_is_said(box: Box, facts: str) -> None:
    stub = box.folder / "bin/iptables-save"
    now = f"echo '{facts}' >{box.folder}/run/facts" if facts else f"rm {box.folder}/run/facts"
    stub.write_text(f"{stub.read_text()}{now}\n")
    assert compare(counters(box, saved(fill(BASE + PLAN, KNOWN)))) is None


def test_what_cannot_be_read_is_a_failure(box: Box) -> None:
    stub = box.folder / "bin/iptables-save"
    stub.write_text("#!/bin/sh\necho '*filter'\necho 'no such match' >&2\nexit 3\n")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        counters(box, "")
    said = failed.value.stdout, failed.value.stderr
    assert said == ("", "no such match\n"), "half of the rules is no reason"
