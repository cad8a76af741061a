"""The tests run with the signals of a login, however they were started.

Generated inputs are the same each time, and so few that it is fast.
"""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from netc_tui.host import interfaces as host
from netc_tui.host import turns
from tests import engines
from tests.machine import LINKS

settings.register_profile(
    "fast",
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "12")),
    deadline=None,
    derandomize=not os.environ.get("HYPOTHESIS_EXAMPLES"),
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("fast")

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

    Twins have the same ids in each of these processes: none takes its turn from another's.
    """
    turns.PREFIX = f"\0netc {os.getpid()} "
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    if suite := config.getoption("--engine"):
        os.environ["NETC_LAB_ROOT"] = str(engines.folder(suite))


@pytest.fixture(scope="module")
def machine() -> Iterator[None]:
    """The kernel says that this machine has LINKS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(host, "links", lambda *_: LINKS)
        patch.setattr(host, "names", lambda: tuple(one.name for one in LINKS))
        patch.setattr(host, "address", {"br-unlisted": "172.31.0.1"}.get)
        yield
