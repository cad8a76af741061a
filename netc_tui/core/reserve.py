"""Lines to paste elsewhere: DHCP reservations, and the command that does what the screen shows."""

import json

from netc_tui.core import words
from netc_tui.core.choices import chosen
from netc_tui.core.model import NetworkContainer, Service


def dnsmasq(own: NetworkContainer) -> str:
    """For dnsmasq's configuration (dnsmasq(8), --dhcp-host). Without an address it reserves only
    the name."""
    client = ":".join(own.client_id[at : at + 2] for at in range(0, len(own.client_id), 2))
    parts = [f"id:{client}", own.mac, *([own.ip] if own.ip else []), own.hostname]
    return "dhcp-host=" + ",".join(parts)


def kea(own: NetworkContainer) -> str:
    """An entry of ``reservations`` in a subnet of Kea's DHCPv4 server (ARM, 8.3)."""
    facts = {"client-id": own.client_id.upper(), "hostname": own.hostname}
    if own.ip:
        facts["ip-address"] = own.ip
    return json.dumps(facts)


def command(service: Service, engine_id: str, interface: str = "INTERFACE") -> str:
    """The command line that makes this service's network container as it is, or would make it."""
    choices = chosen(service, engine_id)
    line = ["netc", "up", service.name, choices.interface or interface]
    options = [("--port", str(port)) for port in choices.ports]
    options += [
        ("--hostname", choices.hostname),
        ("--mac", choices.mac),
        ("--network", choices.network),
    ]
    said = [part for name, value in options if value for part in (name, value)]
    return words.command(*line, *said)
