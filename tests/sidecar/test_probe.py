"""The look at the path that is asked for."""

import os
import subprocess

import pytest

from tests.sidecar.box import FOLDER, Box


def test_a_probe_leaves_the_loop_its_processes(box: Box) -> None:
    run, crowd = box.folder / "run", box.folder / "proc"
    (run / "facts").write_text("lan=eth1 svc=eth0 ip= gateway= target=127.0.0.1\n")
    for number in range(100, 120):
        (crowd / str(number)).mkdir()
    environment = {"RUN": str(run), "PROC": str(crowd), "PATH": os.environ["PATH"]}
    command = ["busybox", "sh", str(FOLDER / "probe"), "tcp/1", "tcp/2"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as probe:
        assert probe.stdout is not None
        assert probe.stdout.readline() == "gateway none\n"
        with pytest.raises(subprocess.TimeoutExpired):
            probe.wait(0.5)
        for number in range(100, 120):
            (crowd / str(number)).rmdir()
        assert sorted(probe.stdout) == ["tcp/1 refused\n", "tcp/2 refused\n"]
