"""What a network container may do and use, as the engine gets it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from netc_tui.core.plan import ContainerSpec
from netc_tui.engine import limits
from netc_tui.engine.api import Untracked
from tests.engine.heard import Heard

SPEC = ContainerSpec(
    name="netc-web", image="i", network="bridge", lan="netc-lan-eth0", link=None,
    host_gateway=False, environment={}, files={}, labels={},
)  # fmt: skip


async def _made(heard: Heard, *, local: bool = True) -> dict[str, Any]:
    engine = heard.engine((1, 41), local=local)
    await engine.create(SPEC)
    await engine.close()
    [(_, body)] = heard.asked
    config: dict[str, Any] = body["HostConfig"]
    return config


def test_what_a_network_container_may_use(heard: Heard) -> None:
    config = asyncio.run(_made(heard))
    assert (config["Memory"], config["PidsLimit"]) == (32 << 20, 64)
    assert (config["CpuQuota"], config["CpuPeriod"]) == (50_000, 100_000)
    assert not config.get("NanoCpus"), "refused by an engine whose kernel has no such quota"
    assert config["Sysctls"]["net.ipv4.conf.all.rp_filter"] == "1"


@pytest.mark.parametrize(
    ("tracking", "local", "set_"), [(True, True, True), (False, True, False), (False, False, True)]
)
def test_time_outs_are_set_where_the_kernel_has_them(
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tracking: bool,
    local: bool,
    set_: bool,
) -> None:
    """A container with a sysctl that is not there does not start."""
    there = tmp_path / "there"
    there.touch()
    monkeypatch.setattr(limits, "TRACKING", there if tracking else tmp_path / "not there")
    sysctls = asyncio.run(_made(heard, local=local))["Sysctls"]
    assert any("conntrack" in name for name in sysctls) is set_
    assert (sysctls.get("net.netfilter.nf_conntrack_acct") == "1") is set_
    assert sysctls["net.ipv4.ip_forward"] == "1"


NO_TRACKING = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed:"
    " runc create failed: unable to start container process: error during container init: open"
    " /proc/sys/net/netfilter/nf_conntrack_acct: no such file or directory: unknown"
)


def test_another_machine_whose_kernel_tracks_no_connections_is_found_out_by_a_start(
    heard: Heard,
) -> None:
    heard.refusals["/start"] = NO_TRACKING

    async def work() -> None:
        engine = heard.engine((1, 41), local=False)
        await engine.create(SPEC)
        with pytest.raises(Untracked):
            await engine.start("netc-web")
        await engine.create(SPEC)
        await engine.close()

    asyncio.run(work())
    made = [body["HostConfig"] for _, body in heard.asked if "HostConfig" in body]
    first, again = (config["Sysctls"] for config in made)
    assert any("conntrack" in name for name in first)
    assert not any("conntrack" in name for name in again)
    assert again["net.ipv4.ip_forward"] == "1"
