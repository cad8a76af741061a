"""What Prometheus has of a scrape."""

import subprocess
from collections.abc import Mapping

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from netc_tui.watch.metrics import Metrics
from netc_tui.watch.watcher import Watcher

Key = tuple[str, frozenset[tuple[str, str]]]


class Scrape:
    """The samples of one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples: Mapping[Key, float] = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float | None:
        return self.samples.get((name, frozenset(labels.items())))

    def by(self, label: str, name: str, **labels: str) -> dict[str, float]:
        """The values of one metric, by a label, where the others are those."""
        found = {}
        for (known, has), value in self.samples.items():
            said = dict(has)
            if known == name and label in said and labels.items() <= said.items():
                found[said[label]] = value
        return found

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.samples}

    @property
    def labels(self) -> set[str]:
        return {label for _, has in self.samples for label, _ in has}


def scrape(watcher: Watcher) -> Scrape:
    told = Metrics(watcher.desk.site, lambda: watcher.progress, watcher.desk.now)
    return Scrape(generate_latest(told).decode())


def complaints(text: str) -> str:
    """What promtool has to say of it; empty: nothing."""
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr + ("" if done.returncode == 0 else "failed")
