"""Completion in the shell."""

from tests.cli.process import opened


def test_completion_in_the_shell_does_not_open_the_tui() -> None:
    done = opened(_NETC_COMPLETE="complete_bash", COMP_WORDS="netc inter", COMP_CWORD="1")
    assert done.stdout.strip() == "interfaces"
