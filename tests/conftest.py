"""The tests run with the signals of a login, however they were started."""

import signal


def pytest_configure() -> None:
    """In each process that runs tests: what it starts inherits from it.

    A shell that starts something in the background, and nohup, have it ignore signals. netc would
    rightly ignore them too, and nothing that ends it could be tested.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
