"""Functions of the parts, each by itself, with what is hard to bear."""

from hypothesis import given, settings
from hypothesis import strategies as st

from netc_tui.core.protocol import Env
from netc_tui.sidecar import PARTS
from tests.sidecar.box import FOLDER

FUNCTIONS = "set -u\n" + "\n".join((FOLDER / part).read_text() for part in PARTS if part != "loop")
ENVIRONMENT = dict.fromkeys(Env, "") | {"NETC_NAME": "web", "NETC_LOOKUP": "dns"}


def sample(strategy: st.SearchStrategy[str], count: int) -> list[str]:
    found: list[str] = []

    @given(st.lists(strategy, min_size=20, max_size=60))
    @settings(max_examples=max(5, count // 30))
    def collect(some: list[str]) -> None:
        found.extend(some)

    collect()
    return found


HOSTILE = [
    "plain", "", "a b", 'a"b', "a\\b",
    '"', "\\", '\\"', "'", "$(id)", "`id`", "${PATH}", "%s%n%d",
    "a\nb", "\n", "a\n", "\r\n", "\t", "\x1b[2J", "\x07", "\x7f", "ä", "日本", "\u202e",
    "*", "?", "~", "-n", "-e", "--", "a;b", "a&b", "|", "<>", "#", "!", "}",
    '","ip":"6.6.6.6', "\U0001f600", "a" * 5000,
]  # fmt: skip
