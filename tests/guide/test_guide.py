"""The pages of the guide."""

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.guide import page, topics


def test_each_topic_has_a_page_that_begins_with_its_title() -> None:
    assert {"hosts", "names", "watch"} <= set(topics())
    for topic, title in topics().items():
        assert page(topic).startswith(f"# {title}\n\n")


@pytest.mark.parametrize("topic", ["nothing", "", "../findings", "__init__"])
def test_one_that_is_not_there_is_told_with_those_that_are(topic: str) -> None:
    with pytest.raises(NetcError, match="there are: commands, ") as caught:
        page(topic)
    assert caught.value.code is Exit.USAGE
