"""Volumes that are memos, of a client that only notes what it is asked for."""

from typing import Any, cast

import pytest
from docker.api.client import APIClient
from docker.errors import NotFound

from netc_tui.core.errors import NetcError
from netc_tui.core.model import MEMO, Memo
from netc_tui.engine import memos


class Client:
    """An engine with these volumes."""

    def __init__(self, **volumes: dict[str, str] | None) -> None:
        self.there = volumes

    def volumes(self, filters: dict[str, Any]) -> dict[str, Any]:
        assert filters == {"label": MEMO}
        rows = [{"Name": name, "Labels": labels} for name, labels in self.there.items()]
        return {"Volumes": [row for row in rows if MEMO in (row["Labels"] or {})] or None}

    def inspect_volume(self, name: str) -> dict[str, Any]:
        if name not in self.there:
            raise NotFound("no such volume")
        return {"Labels": self.there[name]}

    def create_volume(self, name: str, labels: dict[str, str]) -> dict[str, Any]:
        return {"Labels": self.there.setdefault(name, labels)}

    def remove_volume(self, name: str) -> None:
        del self.there[name]

    @property
    def api(self) -> APIClient:
        return cast("APIClient", self)


def test_none_and_those_without_labels_are_no_trouble() -> None:
    assert memos.listed(Client(somebody_s=None).api) == ()


def test_a_volume_of_that_name_that_is_somebody_s_stays() -> None:
    client = Client(data={"team": "shop"}, plain=None)
    for name in ("data", "plain", "not there"):
        memos.remove(client.api, name)
    assert set(client.there) == {"data", "plain"}


def test_one_that_is_written_anew_has_its_new_labels() -> None:
    client = Client(mine={MEMO: "off"})
    memos.write(client.api, Memo("mine", {MEMO: "watch"}))
    assert memos.listed(client.api) == (Memo("mine", {MEMO: "watch"}),)


def test_where_a_volume_is_in_the_way_nothing_is_said_to_be_written() -> None:
    client = Client(data={"team": "shop"}, plain=None)
    for name in ("data", "plain"):
        with pytest.raises(NetcError, match=f"docker volume rm {name}"):
            memos.write(client.api, Memo(name, {MEMO: "off"}))
    assert client.there == {"data": {"team": "shop"}, "plain": None}
