"""What to do about a finding, in words and as a command that can be copied."""

import msgspec

from netc_tui.core.findings import Finding
from netc_tui.core.identity import container_name
from netc_tui.core.model import NetworkContainer
from netc_tui.core.swarm import OF_SWARM
from netc_tui.core.words import command


def advised(found: Finding, own: NetworkContainer) -> Finding:
    """The same with what is to be done about it, unless that is known already."""
    if found.how or found.remedy:
        return found
    how, remedy = _advice(found.code, own)
    return msgspec.structs.replace(found, how=how, remedy=remedy)


def _advice(code: str, own: NetworkContainer) -> tuple[str, str]:
    # One entry a code, so that what is said of it can be found and read.
    service, interface, name = own.service, own.interface, own.name
    server = own.server or "the DHCP server"
    up = own.again or command("netc", "up", service, interface)
    renew = command("netc", "renew", service)
    log = command("docker", "logs", "--tail", "20", name)
    said = command("docker", "logs", "--tail", "20", service)
    runs = command("docker", "ps", "--filter", f"name={service}")
    restart = command("docker", "restart", name)
    if own.node is not None:  # of a Swarm: their tasks may be on any node
        plain = service.removeprefix(OF_SWARM)
        its = container_name(plain)
        log = command("docker", "service", "logs", "--tail", "20", its)
        said = command("docker", "service", "logs", "--tail", "20", plain)
        runs = command("docker", "service", "ps", plain)
        restart = command("docker", "service", "update", "--force", its)
    rules = command("netc", "rules", service)
    advice = {
        "N101": ("set it up, as root, with", command("ip", "link", "set", interface, "up")),
        "N102": (
            "is the cable in, is the switch port on? Look with",
            command("ip", "link", "show", "dev", interface),
        ),
        "N103": ("when the interface is back, start it again with", up),
        "N104": (
            f"is the gateway up and on the LAN of {interface}, and do further MAC addresses pass"
            f" there? A wrong gateway is corrected at {server} (option 3); then renew with",
            renew,
        ),
        "N105": (
            f"let the switch, the access point or the hypervisor behind {interface} pass further"
            " MAC addresses; whether frames leave is shown by",
            command("tcpdump", "-eni", interface, "arp"),
        ),
        "N106": (f"hand out another gateway at {server} (option 3), then renew with", renew),
        "N107": ("it is put back within 10 s where it can be; else renew with", renew),
        "N108": ("it is mended within 10 s; a link that was taken away is put back with", up),
        "N109": ("take another interface; which can carry it is shown by", "netc interfaces"),
        "N201": (
            f"is a DHCP server on the LAN of {interface}, and does it serve this client? What is"
            " asked and answered there is shown by",
            command("tcpdump", "-eni", interface, "udp", "port", "67"),
        ),
        "N202": (
            f"enlarge the pool of {server} or shorten its leases, then ask again with",
            renew,
        ),
        "N203": (
            "find the stranger by its MAC address, and unplug it; what it answers is shown by",
            command("tcpdump", "-eni", interface, "udp", "port", "67"),
        ),
        "N204": (f"see why in the log of {server}; then ask again with", restart),
        "N205": (
            "give the other machine another address, or take this one out of the pool; then",
            renew,
        ),
        "N206": ("what it was offered is in its log", log),
        "N207": (f"correct it on the host or at {server} (option 1), then renew with", renew),
        "N208": (f"is {interface} on the right LAN? The others are shown by", "netc interfaces"),
        "N209": (f"is {server} there? Ask again at once with", renew),
        "N210": ("turn it off on one of the two machines with", command("netc", "down", service)),
        "N211": ("it is put back within 10 s; who takes it away? Look with", log),
        "N212": (f"is {server} up? Ask again at once with", renew),
        "N219": ("what it says is in its log", log),
        "N301": (
            "it mends them by itself within 10 s, or within a minute where that was in vain; find"
            " the tool that changes them, look with",
            rules,
        ),
        "N302": ("what iptables says is in its log", log),
        "N303": ("find the tool that changes them; look with", rules),
        "N406": (
            "who has it now is shown by",
            command("docker", "network", "inspect", own.network),
        ),
        "N407": (
            f"does {service} run, and on that network? Look with",
            runs,
        ),
        "N408": ("does dockerd run, and answer? Ask it with", "docker ps"),
        "N409": ("make it anew with", up),
        "N411": (
            "what its check says is shown by",
            command("docker", "inspect", "--format", "{{json .State.Health}}", service),
        ),
        "N501": ("what it says is in its log", said),
        "N502": (
            "let it listen on 0.0.0.0; how it is started is shown by",
            command("docker", "inspect", "--format", "{{.Config.Cmd}} {{.Config.Env}}", service),
        ),
        "N503": (
            "does a firewall in its container drop packets, or does it hang? As root, look with",
            f"nsenter -n -t $({command('docker', 'inspect', '-f', '{{.State.Pid}}', service)})"
            " iptables -S",
        ),
        "N504": (
            f"does {service} listen there, on all its addresses and not on 127.0.0.1 alone? What"
            " it says is in its log",
            said,
        ),
        "N505": (
            f"does {service} listen there, on all its addresses and not on 127.0.0.1 alone? What"
            " it says is in its log",
            said,
        ),
        "N601": (
            "lead this host there with, as root",
            command("netc", "route", "add", service),
        ),
        "N602": (
            "it heeds no announcement, of which each look makes one: on that machine, as root, let"
            " it forget the entry with",
            command("arp", "-d", own.ip or "ADDRESS"),
        ),
        "N603": (
            "give the client, or its router, a way back to the address; which way it takes is"
            " shown there by",
            command("ip", "route", "get", own.ip or "ADDRESS"),
        ),
        "N604": (
            "give all links on the way one MTU; how large a packet may be is shown by",
            command("tracepath", "-n", own.gateway or "ADDRESS"),
        ),
        "N605": ("which ports it has on the LAN is shown by", command("netc", "show", service)),
        "N701": ("start it again with", own.remedy or up),
        "N702": ("what it says is in its log", log),
        "N703": ("let it go on with", command("docker", "unpause", name)),
        "N704": ("does it run? What it said is in its log", log),
        "N705": ("load the kernel's part of it, as root, with", "modprobe ip6table_filter"),
    }  # fmt: skip
    return advice.get(code, ("", ""))
