"""The links to the service and to the LAN."""

from tests.sidecar.box import MAC, Box


def test_a_gateway_outlives_a_new_link_that_is_down_at_first(box: Box) -> None:
    (box.folder / "net/eth1/ifindex").write_text("5\n")
    told = box.run(
        "bound_at_ten; find_links() { lan=eth1; }; load_all() { :; }; begin_trust() { :; };"
        ' ip() { case $* in *" up" | "route "*) return 1 ;; esac; };'
        ' lose_lan; echo "$gateway"; there=""; lan_trouble="";'
        ' ip() { echo "ip $*" >>"$CALLS"; }; check_address; echo "<$lan_trouble>"'
    )
    assert told.lines == ["10.77.0.1", "<>"]
    assert "ip route replace default via 10.77.0.1 dev eth1 onlink" in told.calls


def test_a_new_link_to_the_lan_changes_nothing_of_whom_it_trusts(box: Box) -> None:
    told = box.run(
        "bound_at_ten; candidate=172.17.0.2; target=172.17.0.2; mac=02:42:ac:11:00:02; prober=88;"
        ' ip() { [ "$1" != route ]; }; find_links() { lan=eth1; }; load_all() { :; }; lose_lan; echo "$target $mac"'
    )
    assert told.lines == ["172.17.0.2 02:42:ac:11:00:02"]
    assert not told.called("arp")


def test_a_new_link_ends_no_standing_by(box: Box) -> None:
    (box.folder / "net/eth1/ifindex").write_text("5\n")
    told = box.run(
        'ip() { echo "ip $*" >>"$CALLS"; [ "$1" != route ]; };'
        " last_ip=10.77.0.50 twin=yes svc=eth0; lan=''; : >\"$RUN/twin\"; twin_silent=2; mind_twin;"
        ' echo "$twin"; find_links() { lan=eth1; }; load_all() { :; }; lose_lan; echo "$twin"'
    )
    assert told.lines == ["yes", "yes"]
    assert not [call for call in told.calls if MAC in call]


def test_on_a_new_link_the_gateway_is_asked_at_once(box: Box) -> None:
    """It was silent on the former one, which was on its way out."""
    told = box.run(
        "bound_at_ten; slow_check_up=99999; find_links() { lan=eth1; }; load_all() { :; };"
        ' ip() { [ "$1" != route ]; }; lose_lan; [ "$slow_check_up" -gt "$now" ] || echo now'
    )
    assert told.lines == ["now"]
