"""What is left to the one that takes the place of another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.errors import NetcError
from netc_tui.core.handing import FACTS, LATE, handed
from netc_tui.core.protocol import ADDRESS, HANDED

IP = "10.77.0.50"


def offer(since: int = 1000, **facts: str) -> bytes:
    said = {"ip": IP, "server": "10.77.0.1", "lease": "100", "boot": "b", "since": str(since)}
    return "".join(f"{name}={value}\n" for name, value in (said | facts).items()).encode()


def read(files: object) -> dict[str, str]:
    assert isinstance(files, dict)
    return dict(line.split("=", 1) for line in files[HANDED].splitlines())


def test_a_lease_is_handed_on_with_its_age() -> None:
    files = handed(offer(1000, t1="0000001e", routes="10.0.0.0/8 10.77.0.1"), IP, "40.50 3.2\n")
    assert files[ADDRESS] == "10.77.0.50 10.77.0.1\n"
    found = read(files)
    assert found == {
        "ip": IP,
        "server": "10.77.0.1",
        "lease": "100",
        "t1": "0000001e",
        "routes": "10.0.0.0/8 10.77.0.1",
        "ago": str(31 + LATE),
    }


@given(st.integers(0, 10**9), st.integers(0, 10**7))
def test_it_is_never_taken_for_younger_than_it_is(since: int, more: int) -> None:
    ago = int(read(handed(offer(since), IP, f"{(since + more) / 100:.2f} 0"))["ago"])
    assert more / 100 < ago <= more / 100 + LATE + 2


@given(st.binary(max_size=300), st.text(max_size=20))
def test_whatever_stands_there_no_other_line_comes_of_it(text: bytes, uptime: str) -> None:
    try:
        files = handed(offer() + text, IP, uptime)
    except NetcError:
        return
    assert files[ADDRESS].startswith(f"{IP} ")
    assert files[ADDRESS].count("\n") == 1
    for line in files[HANDED].splitlines():
        assert line.partition("=")[0] in (*FACTS, "ago")
        assert line.isprintable()


@pytest.mark.parametrize(
    "there", [None, b"", b"\xff\n", b"ip=10.77.0.51\nsince=3\n", b"ip=10.77.0.50\nsince=nan\n"]
)
def test_one_that_does_not_tell_its_lease_was_made_by_another_version(there: bytes | None) -> None:
    with pytest.raises(NetcError, match="another version"):
        handed(there, IP, "40.5 3")
