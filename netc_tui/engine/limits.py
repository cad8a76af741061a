"""What a network container may do and use."""

from pathlib import Path
from typing import Any

LIMITS: dict[str, Any] = {
    "cap_drop": ["ALL"],
    "cap_add": ["NET_ADMIN", "NET_RAW"],
    "read_only": True,
    "security_opt": ["no-new-privileges"],
    "tmpfs": {"/run": "size=256k,mode=0755"},
    "pids_limit": 64,
    "mem_limit": "32m",
    # Half a processor. Not nano_cpus, which an engine refuses where the kernel cannot do it.
    "cpu_period": 100_000,
    "cpu_quota": 50_000,
    "sysctls": {
        "net.ipv4.ip_forward": "1",
        # A source that is routed to another link than it came in from is false (RFC 3704 2.2).
        "net.ipv4.conf.all.rp_filter": "1",
        "net.ipv4.conf.default.rp_filter": "1",
    },
    # Not `unless-stopped`: what runs on while dockerd is killed counts as stopped by hand at its
    # next start.
    "restart_policy": {"Name": "always"},
    "log_config": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}},
    # Docker's name server must not ask the world for the name of a service that is down.
    "dns": ["127.0.0.1"],
    "dns_search": ["."],
}
"""What a network container may do and use: two capabilities in a network namespace of its own."""
TIMEOUTS = {
    "net.netfilter.nf_conntrack_tcp_timeout_syn_sent": "5",
    "net.netfilter.nf_conntrack_tcp_timeout_syn_recv": "5",
    "net.netfilter.nf_conntrack_tcp_timeout_time_wait": "30",
}
"""Seconds that half a connection, and one that has ended, keeps its port of the masquerade.

There are 64,512 of them for each port of the service. A client whose SYN-ACK was lost has it again
after 1 and 3 s; should those get lost too, its own next SYN begins anew.
"""
ACCOUNTING = {"net.netfilter.nf_conntrack_acct": "1"}
"""Packets and bytes of each connection are counted, so that it can be told who moves how much."""
TRACKING = Path("/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_syn_recv")


def sysctls(*, tracked: bool = True) -> dict[str, str]:
    """Those of a network container; ``tracked``: on a host whose kernel tracks connections."""
    # Docker starts no container that sets what is not there.
    return {**LIMITS["sysctls"], **({**TIMEOUTS, **ACCOUNTING} if tracked else {})}


def tracked(*, local: bool) -> bool:
    """Does the kernel of an engine's host track connections, as far as that can be seen from here?

    It does from its first rule about connections on, which is an engine's own unless that runs with
    --iptables=false. Of another machine it is taken to be so until a start fails for it.
    """
    return not local or TRACKING.exists()
