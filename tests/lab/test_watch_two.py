"""Two watchers that do not see each other, since each is in a network namespace of its own: both
work, and do no harm."""

import signal
import time
from pathlib import Path

from .conftest import Site, eventually
from .watching import YES, answers, made_since, memo, on, run, watch

COUNT = 10


def test_both_at_work_are_harmless(site: Site, tmp_path: Path) -> None:
    names = [f"shop{number}" for number in range(COUNT)]
    own = {f"netc-{name}" for name in names}
    site.docker("network", "create", "aisle")
    # The other machine of the lab has interfaces of the same names.
    with (
        watch(site, tmp_path) as one,
        watch(site, tmp_path, where="client") as other,
    ):
        began = time.time()
        for name in names:
            # Half of them on the default bridge, whose links end with a service.
            run(site, name, *YES, *(() if name < "shop5" else ("--network=aisle",)))
        for name in names:
            answers(site, name)
        assert on(site) == own
        assert "stands by" not in one.said + other.said
        # Each was made once.
        assert sorted(made_since(site, began)) == sorted(own), one.said + other.said
        began = time.time()
        for name in ("shop0", "shop1", "shop8"):
            site.docker("rm", "-f", name)
            run(site, name, *YES, "--label=netc.ports=81:80")
            answers(site, name, 81)
        quiet = time.time()
        time.sleep(8)
        assert made_since(site, quiet) == [], "they do not take turns at making it anew"
        assert set(made_since(site, began)) == {"netc-shop0", "netc-shop1", "netc-shop8"}
        assert len(made_since(site, began)) <= 4, one.said + other.said
        site.docker("rm", "-f", *names)
        eventually(lambda: site.leftovers() == [], seconds=30)
        eventually(lambda: memo(site))
        # Either would do alone.
        one.ended(signal.SIGKILL)
        run(site, "mail", *YES)
        answers(site, "mail")
        assert "mail: on" in other.said
        for watcher in (one, other):
            assert "Traceback" not in watcher.said
            assert "defect" not in watcher.said
