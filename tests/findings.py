"""``python -m tests.findings`` writes ``netc_tui/findings.md``: all that the doctor can find."""

from pathlib import Path

from netc_tui.core.findings import KINDS

PAGE = Path(__file__).parents[1] / "netc_tui" / "findings.md"
HEAD = """\
# What the doctor finds

`netc doctor` names what is broken on the way from the LAN to a service by these codes, with the
cause, and a command that mends it or shows more. A code keeps its meaning for ever. The first digit
is the hop: 1 LAN, 2 address, 3 rules, 4 service, 5 port, 6 client and the way back, 7 the network
container itself, 8 the host, 9 its name. *Broken* means that nobody gets through, *doubtful* that
some do not, or not for long. `netc doctor --explain CODE` prints one of them.

| code | | hop | | how it comes about, and how it is mended |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """As it ought to be."""
    rows = (
        f"| {kind.code} | **{kind.title}** | {kind.hop} | {kind.severity} | {kind.explanation} |\n"
        for kind in sorted(KINDS.values(), key=lambda kind: kind.code)
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
