"""The volume of a network container: files are put there and read, whether it runs or not."""

import hashlib

import msgspec
import pytest

from netc_tui.core.protocol import RULES
from netc_tui.engine import Gone
from netc_tui.engine.api import LONGEST_FILE
from tests.suite.host import Host, bound, own


async def what_it_was_created_with_is_there(host: Host) -> None:
    await host.run("web")
    planned = await own(host)
    rules = await host.engine.read_file(planned.name, RULES)
    assert rules == planned.files[RULES].encode()
    assert hashlib.sha256(rules).hexdigest() == planned.environment["NETC_RULES_SHA256"]


async def they_are_put_before_the_start_while_it_runs_and_after_the_end(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    planned = await own(host)
    await engine.put_files(planned.name, {"early": "1\n"})
    await engine.start(planned.name)
    await engine.put_files(planned.name, {"meanwhile": "2\n", "other": "ü"})
    await host.stop(planned.name)
    await engine.put_files(planned.name, {"late": "3\n", "early": "4\n"})
    there = {"early": "4\n", "meanwhile": "2\n", "other": "ü", "late": "3\n"}
    for name, text in there.items():
        assert await engine.read_file(planned.name, name) == text.encode()


async def what_is_not_there_is_none(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    planned = await own(host)
    assert await engine.read_file(planned.name, "nothing") is None
    assert await engine.read_file("nobody", "nothing") is None
    # It is none of a network container.
    assert await engine.read_file("web", RULES) is None
    with pytest.raises(Gone):
        await engine.put_files("web", {"file": "text"})


async def one_that_is_too_long_is_none(host: Host) -> None:
    await host.run("web")
    planned = await own(host)
    files = {"long": "x" * LONGEST_FILE, "longer": "x" * (LONGEST_FILE + 1)}
    await host.engine.put_files(planned.name, files)
    assert await host.engine.read_file(planned.name, "long") == files["long"].encode()
    assert await host.engine.read_file(planned.name, "longer") is None


async def they_go_with_their_container(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    planned = await bound(host)
    await engine.put_files(planned.name, {"file": "text"})
    await engine.remove(planned.name, 5)
    assert await engine.read_file(planned.name, "file") is None
    await engine.create(msgspec.structs.replace(planned, files={}))
    assert await engine.read_file(planned.name, "file") is None
