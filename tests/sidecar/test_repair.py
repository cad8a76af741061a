"""What is mended, and how often."""

import itertools

from tests.sidecar.box import Box


def test_three_repairs_then_once_a_minute(box: Box) -> None:
    told = box.run(
        "attempt() { may_repair thing 'it was broken' && { echo $((now / 100)); repaired 1; }; };"
        "clock 10.00; while [ $now -lt 80000 ]; do attempt; pass 500; done"
    )
    seconds = [int(line) for line in told.lines]
    assert seconds[:3] == [10, 15, 20]
    assert all(later - one >= 60 for one, later in itertools.pairwise(seconds[2:]))
    assert told.names == ["drift"] * 3, "told no more"
    assert "from now on once a minute" in told.events[2]["message"]


def test_a_path_closes_while_somebody_undoes_what_is_mended(box: Box) -> None:
    box.answer("iptables-save", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")
    told = box.run(
        "good=other target=172.17.0.2 svc=eth0 lan=eth1 ip=10.77.0.50;"
        " for try in 1 2 3; do may_repair rules x; done; close_path"
    )
    assert len(told.called("iptables-restore")) == 1
