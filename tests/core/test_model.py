"""Labels: written by netc, read from whatever a container has."""

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netc_tui.core.model import LABEL, OWN, Container, Labels
from netc_tui.core.ports import as_text
from tests.core.strategies import forwards

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WORD = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20)
FACTS = sorted(set(Labels.__struct_fields__) - {"schema", "ports"})
LABELS = st.builds(
    Labels,
    schema=st.integers(0, 99),
    ports=forwards().map(as_text),
    **dict.fromkeys(FACTS, WORD),
)
ONE = Labels(schema=1, ports="80/tcp", **dict.fromkeys(FACTS, "x"))
NAMES = sorted([*ONE.as_docker(), "netc.extra", "netc.service_id"])


def box(labels: dict[str, str], name: str | None = None) -> Container:
    """The network container that the labels speak of."""
    own = name if name is not None else f"netc-{labels.get('netc.service', '')}"
    return Container("i", own, "netc-sidecar:0", "running", "", "bridge", labels=labels)


@given(LABELS)
def test_labels_are_read_back(labels: Labels) -> None:
    docker = labels.as_docker()
    assert all(isinstance(value, str) for value in docker.values())
    assert Labels.of(box(docker | {"com.docker.compose.project": "p"})) == labels
    assert as_text(labels.forwards) == labels.ports
    assert box(docker).ours


@pytest.mark.parametrize("missing", ["service", "interface", "mac", "ports", "schema", "lan"])
def test_labels_that_are_not_whole_are_none(missing: str) -> None:
    docker = ONE.as_docker()
    del docker[LABEL + missing]
    assert Labels.of(box(docker)) is None


@pytest.mark.parametrize("name", ["netc-x", "mine", "netc-y"])
def test_a_network_container_is_not_known_by_its_name(name: str) -> None:
    """``docker rename`` loses nothing."""
    assert Labels.of(box(ONE.as_docker(), name)) == ONE


@pytest.mark.parametrize("image", ["nginx:1", "", "evil/netc-sidecar:0", f"sha256:{'0' * 64}"])
def test_a_container_of_another_image_is_no_network_container(image: str) -> None:
    """An image may carry labels, and a container of it has them."""
    other = msgspec.structs.replace(box(ONE.as_docker(), "netc-x"), image=image)
    assert Labels.of(other) is None
    assert not other.ours
    # Its image is listed by its id once the name is another's; then the image's own labels tell.
    assert Labels.of(msgspec.structs.replace(other, own_image=True)) == ONE


def test_labels_of_others_with_that_prefix_do_no_harm() -> None:
    assert Labels.of(box(ONE.as_docker() | {"netc.image.base": "a base"})) == ONE


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nb", "a b", "\u202e", "\x9b1m"])
@pytest.mark.parametrize("name", ["hostname", "mac", "network", "client-id"])
def test_labels_that_are_no_words_are_none(name: str, text: str) -> None:
    assert Labels.of(box(ONE.as_docker() | {LABEL + name: text})) is None


@given(st.dictionaries(st.sampled_from(NAMES), TEXT))
@example({**ONE.as_docker(), OWN: "9" * 6000})
@example({**ONE.as_docker(), OWN: "one"})
def test_any_labels_can_be_read(docker: dict[str, str]) -> None:
    found = Labels.of(box(docker))
    assert found is None or isinstance(found.forwards, tuple)


@pytest.mark.parametrize("ports", ["80/tcp,80-90/tcp", "rubbish", "", ",", "0/tcp"])
def test_ports_that_make_no_sense_forward_nothing(ports: str) -> None:
    assert msgspec.structs.replace(ONE, ports=ports).forwards == ()
