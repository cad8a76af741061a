"""A name that Kea registered is the network container's own for netc, too: they write one mark."""

import base64
import json
import subprocess
import sys
from pathlib import Path

from netc_tui.core.publication import dhcid
from tests.cli.process import ROOT
from tests.lab.kea_names import CLIENT


def test_kea_writes_the_same_dhcid(tmp_path: Path) -> None:
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "tests.lab.kea_names", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    ours = base64.b64encode(dhcid(CLIENT.client_id, found["name"])).decode()
    assert found["kea"] == [ours]
    assert found["held"] is True
    assert found["published"], "its TTL and its ports"
    assert found["then"] == [ours]
    assert found["withdrawn"]
    assert found["left"] == []
