"""Generated inputs that several tests use."""

from hypothesis import strategies as st

from netc_tui.core.ports import PROTOCOLS, REMAPPED_AT_MOST, Forward, Port

PROTO = st.sampled_from(PROTOCOLS)
PORT = st.one_of(st.sampled_from((1, 2, 80, 443, 8080, 65534, 65535)), st.integers(1, 65535))


@st.composite
def forward(draw: st.DrawFn) -> Forward:
    """Any forward that can be written."""
    public, private = draw(PORT), draw(PORT)
    if draw(st.booleans()):
        private = public
    most = 65536 - max(public, private)
    if public != private:
        most = min(most, REMAPPED_AT_MOST)
    count = draw(st.one_of(st.just(1), st.integers(1, min(most, 12)), st.integers(1, most)))
    if public != private:  # a rule for each port: long ones are slow, and tested by themselves
        count = min(count, 12)
    return Forward(draw(PROTO), public, private, count)


@st.composite
def forwards(draw: st.DrawFn) -> tuple[Forward, ...]:
    """Forwards that name each public port once, sorted."""
    taken: list[Forward] = []
    for one in draw(st.lists(forward(), max_size=4)):
        if not any(
            one.proto == other.proto and one.public <= other.last and other.public <= one.last
            for other in taken
        ):
            taken.append(one)
    return tuple(sorted(taken))


def exposed_ports() -> st.SearchStrategy[list[Port]]:
    """What the engine may list: neighbours, doubles, published or not."""
    number = st.one_of(st.integers(1, 12), st.integers(65530, 65535), PORT)
    published = st.sampled_from(((), ("0.0.0.0:80",), ("0.0.0.0:80", "[::]:80")))
    return st.lists(st.builds(Port, number, PROTO, published), max_size=25)
