"""The program's start, as ``netc`` and as ``python -m netc_tui``."""

import gc
import signal


def main() -> None:
    """Run the command line. Ctrl-C while it is being loaded ends it without a traceback."""
    # Loading makes many objects and hardly any garbage: looking for it takes a seventh of the time.
    gc.set_threshold(100_000)
    if interruptible := signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from netc_tui.cli.main import main as run

    if interruptible:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
