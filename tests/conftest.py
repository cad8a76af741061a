"""The tests run with the signals of a login, however they were started."""

import os
import signal

import pytest

from tests import engines

# What asserts and is no module of tests: a failure shows the values.
pytest.register_assert_rewrite("tests.suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=sorted(engines.SUITES),
        help="run labs on the engine of this Debian release, from a folder (tests/engines.py)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """In each process that runs tests: what it starts inherits from it.

    A shell that starts something in the background, and nohup, have it ignore signals. netc would
    rightly ignore them too, and nothing that ends it could be tested.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    if suite := config.getoption("--engine"):
        os.environ["NETC_LAB_ROOT"] = str(engines.folder(suite))
