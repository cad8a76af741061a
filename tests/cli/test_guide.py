"""``netc guide``."""

from netc_tui.guide import page, topics
from tests.cli.process import netc


def test_a_page_is_printed() -> None:
    done = netc("guide", "names")
    assert (done.returncode, done.stdout) == (0, page("names"))


def test_without_a_topic_it_says_which_there_are() -> None:
    done = netc("guide")
    assert done.returncode == 0
    assert [line.split()[2] for line in done.stdout.splitlines()] == list(topics())


def test_one_that_is_not_there() -> None:
    done = netc("guide", "nothing")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("netc: the guide has no page 'nothing'; there are: ")
