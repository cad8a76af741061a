"""Memos: volumes of no content, for their labels. Calls block."""

from docker.api.client import APIClient
from docker.errors import NotFound

from netc_tui.core.errors import NetcError
from netc_tui.core.model import MEMO, Memo


def listed(client: APIClient) -> tuple[Memo, ...]:
    """See EngineApi.memos."""
    rows = client.volumes(filters={"label": MEMO}).get("Volumes") or []
    found = (Memo(str(row["Name"]), row.get("Labels") or {}) for row in rows)
    return tuple(sorted(found, key=lambda memo: memo.name))


def write(client: APIClient, memo: Memo) -> None:
    """See EngineApi.write_memo."""
    # The engine leaves one that is there as it is, whatever labels it is asked for.
    remove(client, memo.name)
    made = client.create_volume(memo.name, labels=dict(memo.labels))
    if MEMO not in (made.get("Labels") or {}):
        raise NetcError(
            f"the name {memo.name} is taken by a volume that is not netc's; remove it with:"
            f" docker volume rm {memo.name}"
        )


def remove(client: APIClient, name: str) -> None:
    """See EngineApi.remove_memo. One of that name that is no memo is somebody's: it stays."""
    try:
        if MEMO in (client.inspect_volume(name).get("Labels") or {}):
            client.remove_volume(name)
    except NotFound:
        return
