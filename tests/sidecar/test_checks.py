"""The path, looked at again and again: its first broken hop, and what is put back."""

from tests.sidecar.box import MAC, Box


def test_the_way_to_its_own_subnet_is_the_kernels_and_is_put_back(box: Box) -> None:
    for name, text in (("ifindex", "5"), ("flags", "0x1003"), ("carrier", "1"), ("address", MAC)):
        (box.folder / "net/eth1" / name).write_text(f"{text}\n")
    (box.folder / "net/eth0").mkdir()
    (box.folder / "net/eth0/flags").write_text("0x1003\n")
    told = box.run(
        "bound_at_ten; clock 50.00; mind_lease; lan_index=5; rules_check_up=99999999;"
        "offer renew ip=10.77.0.50 subnet=255.255.255.0 server=10.77.0.1 lease=100"
        ' "routes=10.77.0.0/24 10.77.0.1 10.77.0.0/16 10.77.0.1"; on_hook; echo "$routes"; : >"$CALLS";'
        ' ip() { echo "ip $*" >>"$CALLS"; [ "$1 $2" != "route show" ] || echo "local 10.77.0.50 dev eth1 "; };'
        " check_all"
    )
    assert told.lines == [" 10.77.0.0/16,10.77.0.1"]
    assert "ip route replace 10.77.0.0/24 dev eth1 scope link src 10.77.0.50" in told.calls
    assert told.names[-1] == "drift"
    assert (
        "the route 10.77.0.0/16 via 10.77.0.1 is not there; repaired" in told.events[-1]["message"]
    )


def test_health_is_the_first_broken_hop_and_nothing_before_a_look(box: Box) -> None:
    told = box.run(
        "lan_trouble='' address_trouble='' rules_trouble='' service_trouble=''; emit checked;"
        "checked=yes; emit checked; service_trouble=s; emit checked; rules_trouble=r; emit checked;"
        "address_trouble=a; emit checked; lan_trouble=l; emit checked"
    )
    assert [(said["health"], said["hop"], said["reason"]) for said in told.events] == [
        (None, None, None),
        ("healthy", None, None),
        ("broken", "service", "s"),
        ("broken", "rules", "r"),
        ("broken", "address", "a"),
        ("broken", "lan", "l"),
    ]
