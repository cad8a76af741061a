"""The rules: loaded, and noticed when somebody changes them."""

import hashlib

import pytest

from tests.sidecar.box import Box

SAVED = """\
*filter
:INPUT DROP [7:9]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [5:5]
-A INPUT -i lo -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -j NETC-PREROUTING
-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -j DNAT --to-destination 127.0.0.11:53236
COMMIT
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-A INPUT -i lo -j ACCEPT\n", ""),
        (":INPUT DROP [7:9]", ":INPUT ACCEPT [0:0]"),
        ("-A PREROUTING -j NETC-PREROUTING\n", ""),
        ("-A INPUT -i lo", "-A INPUT -s 9.9.9.9/32 -j DROP\n-A INPUT -i lo"),
        ("-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT\n-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -j DNAT --to-destination 127.0.0.11:53236\n", ""),
    ],
)  # fmt: skip
def test_rules_that_were_changed_are_noticed_and_counters_are_not(
    box: Box, old: str, new: str
) -> None:
    assert old in SAVED
    planned = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT"
    (box.folder / "lease/rules").write_text("*nat\n-A PREROUTING -j NETC-PREROUTING\nCOMMIT\n")
    box.answer("iptables-save", SAVED)
    (box.folder / "changed").write_text(SAVED.replace(old, new))
    (box.folder / "counted").write_text(SAVED.replace("[7:9]", "[800:90000]"))
    told = box.run(
        'lan=eth1; svc=eth0; settle_rules; echo "[$rules_trouble]"; check_rules;'
        f'cp {box.folder}/counted "$ANSWERS/iptables-save"; check_rules; echo "[$rules_trouble]";'
        f'cp {box.folder}/changed "$ANSWERS/iptables-save"; check_rules; echo "[$rules_trouble]"',
        NETC_BASE_RULES=planned,
    )
    before, counted, _ = told.lines
    assert before == counted == "[]"
    assert told.names == ["drift"]
    assert told.called("iptables-restore"), "mended"


def test_rules_that_could_not_be_loaded_are_not_taken_for_those_that_were_planned(box: Box) -> None:
    (box.folder / "lease/rules").write_text("*filter\n:FORWARD DROP [0:0]\nCOMMIT\n")
    box.answer("iptables-save", "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n")
    told = box.run(
        'svc=eth0 lan=eth1 ip=10.77.0.50; apply_rules; echo "$rules_trouble"; target=172.17.0.2;'
        " restore=false; close_path; restore=iptables-restore;"
        ' echo "$rules_trouble"; : >"$CALLS"; check_rules; echo "$rules_trouble"'
    )
    assert told.lines == ["", "N301 iptables: ", ""]
    assert len(told.called("iptables-restore")) == 2


def test_rules_that_were_never_taken_are_not_told_as_changed(box: Box) -> None:
    box.answer("iptables-save", "*filter\n-A INPUT -j ACCEPT\nCOMMIT\n")
    told = box.run(
        "lan=eth1; svc=eth0; good=''; rules_trouble='iptables: no such chain'; check_rules"
    )
    assert told.names == ["drift"]
    assert told.events[0]["message"] == "iptables: no such chain; repaired"


def test_what_is_added_to_a_chain_that_no_load_empties_goes_when_the_rules_are_mended(
    box: Box,
) -> None:
    (box.folder / "lease/rules").write_text("*nat\n-A PREROUTING -j NETC-PREROUTING\nCOMMIT\n")
    (box.folder / "bin/iptables-restore").write_text(f'#!/bin/sh\ncat >>"{box.folder}/loaded"\n')
    box.answer(
        "iptables-save",
        SAVED.replace("*filter\n", "*filter\n:STRAY - [0:0]\n").replace(
            "-A INPUT -i lo -j ACCEPT\n",
            "-A INPUT -i lo -j ACCEPT\n-A OUTPUT -d 9.9.9.9/32 -j DROP\n-A STRAY -j DROP\n",
        ),
    )
    box.run("lan=eth1; svc=eth0; check_rules")
    loaded = (box.folder / "loaded").read_text()
    for chain in ("OUTPUT", "STRAY"):
        assert f"*filter\n-F {chain}\nCOMMIT\n" in loaded
    for kept in ("-F DOCKER_OUTPUT", "-F INPUT", "-F PREROUTING"):
        assert kept not in loaded


def test_rules_that_another_netc_is_just_writing_anew_are_waited_for(box: Box) -> None:
    rules = box.folder / "lease/rules"
    whole = rules.read_text()
    digest = hashlib.sha256(whole.encode()).hexdigest()
    (box.folder / "whole").write_text(whole)
    rules.write_text(whole[:10])
    written = f"usleep() {{ cp {box.folder}/whole {rules}; }}"
    for meanwhile, seen in ((":", "no"), (written, "yes")):
        told = box.run(
            f"{meanwhile}; planned_here && echo yes || echo no", NETC_RULES_SHA256=digest
        )
        assert told.lines == [seen]
