"""The settings: their names, types, defaults, ranges, and a line on each."""

from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

Theme = Literal["dark", "light", "terminal"]
Sort = Literal[
    "name",
    "host",
    "state",
    "ports",
    "published",
    "lan",
    "dns",
    "traffic",
    "kept",
    "renews",
    "network",
    "image",
    "trouble",
]
Publish = Literal["off", "rfc2136", "etcd"]
HOSTS = "hosts by name: ssh://USER@HOST[:PORT][/SOCKET], tcp://HOST:PORT, unix://SOCKET"


def about(
    line: str, *flags: str, metavar: str = "", formerly: str = "", **limits: Any
) -> msgspec.Meta:
    """A line on a setting, other names of its flag, what its value is called in the help, what it
    was called before, and its range as JSON Schema has it."""
    extra = {"flags": flags, "metavar": metavar, "formerly": formerly}
    return msgspec.Meta(description=line, extra=extra, **limits)


class DnsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table ``[dns]``: who is told the names of network containers, and how. Its variables are
    NETC_DNS_NAME; it has no flags."""

    publish: Annotated[
        Publish,
        about("how names are published: off (the DHCP server does it), rfc2136 (updates), etcd"),
    ] = "off"
    server: Annotated[
        str,
        about(
            "who takes them, several with commas: ADDRESS[:PORT], empty: the zone's primary;"
            " etcd: URLs"
        ),
    ] = ""
    zone: Annotated[
        str, about("the zone that names are in; empty: the domain that the DHCP server tells")
    ] = ""
    reverse: Annotated[
        str,
        about("the zone of addresses; empty: asked for (etcd: addresses are not published)"),
    ] = ""
    reverse_server: Annotated[
        str, about("rfc2136: who takes addresses; empty: the same server, or that zone's primary")
    ] = ""
    key_file: Annotated[
        str, about("rfc2136: the TSIG key, as tsig-keygen prints it; only you may read the file")
    ] = ""
    prefix: Annotated[str, about("etcd: the folder of its keys", min_length=1)] = "/skydns"
    user: Annotated[str, about("etcd: the user; empty: without a password")] = ""
    password_file: Annotated[
        str, about("etcd: the user's password, alone in a file that only you may read")
    ] = ""
    ca: Annotated[
        str, about("etcd: the authority's certificate; empty: those that this machine trusts")
    ] = ""
    certificate: Annotated[str, about("etcd: our own certificate, where it asks for one")] = ""
    certificate_key: Annotated[
        str, about("etcd: the key of our certificate; only you may read the file")
    ] = ""
    timeout: Annotated[
        float,
        about("seconds that a server may take to answer, 1 to 60", metavar="SECONDS", ge=1, le=60),
    ] = 5.0


class WatchSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table ``[watch]``: what the labels of services may ask for. Its variables are
    NETC_WATCH_NAME; it has no flags."""

    interfaces: Annotated[
        str, about("interfaces that labels may name beside the one in force, with commas")
    ] = ""
    ports: Annotated[
        str,
        about("public ports that labels may ask for: exposed, any, or a list (80,443,8000-8099)"),
    ] = "exposed"
    projects: Annotated[
        str, about("Compose projects that may ask, as shell patterns with commas; empty: anybody")
    ] = ""
    mac: Annotated[bool, about("labels may give a MAC address")] = False
    hostname: Annotated[bool, about("labels may give a DHCP hostname")] = False
    network: Annotated[bool, about("labels may choose among the service's networks")] = False
    name: Annotated[bool, about("labels may choose the name that is published")] = False


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is in force. The names are those of the file; NETC_NAME is the variable, --name the
    flag."""

    interface: Annotated[
        str, about("the interface that turning on uses; empty: ask", "-i", metavar="NAME")
    ] = ""
    confirm_off: Annotated[bool, about("ask before a network container is turned off")] = True
    read_only: Annotated[bool, about("show only, change nothing")] = False
    theme: Annotated[Theme, about("dark, light, or terminal: the terminal's own 16 colours")] = (
        "dark"
    )
    ascii: Annotated[
        bool, about("draw without Unicode; by itself where the locale is not UTF-8")
    ] = False
    mouse: Annotated[bool, about("take the mouse; without, the terminal selects text as usual")] = (
        True
    )
    only_on: Annotated[
        bool, about("begin with only what has a network container", formerly="only_exposed")
    ] = False
    stopped: Annotated[bool, about("begin with containers that do not run, too")] = False
    sort: Annotated[
        Sort, about(f"what to sort by: {', '.join(get_args(Sort))}", metavar="COLUMN")
    ] = "name"
    reverse: Annotated[bool, about("sort the other way round")] = False
    private_network: Annotated[
        bool, about("a network of netc's own for each service on the default bridge: no links")
    ] = False
    base: Annotated[
        str,
        about(
            "what the image is built on: alpine[:TAG], host, an image",
            metavar="BASE",
            min_length=1,
        ),
    ] = "alpine"
    timeout: Annotated[
        float,
        about("seconds to wait for a lease, 1 to 600", metavar="SECONDS", ge=1, le=600),
    ] = 30.0
    screenshots: Annotated[
        str, about("the folder for saved screens; empty: the working directory", metavar="FOLDER")
    ] = ""
    all_hosts: Annotated[bool, about("show all hosts of [hosts]")] = False
    all_contexts: Annotated[bool, about("show the hosts of all Docker contexts")] = False
    keys: Annotated[
        dict[str, str],
        about("keys of actions, by Textual's names or as single characters, several with commas"),
    ] = {}
    hosts: Annotated[dict[str, str], about(HOSTS)] = {}
    dns: Annotated[DnsSettings, about("names of network containers in the LAN's DNS")] = (
        DnsSettings()
    )
    watch: Annotated[WatchSettings, about("what the labels of services may ask for")] = (
        WatchSettings()
    )


def variable(name: str) -> str:
    """The name of a setting in the environment."""
    return f"NETC_{name.upper()}"


class Setting(msgspec.Struct, frozen=True):
    """What is declared of one of them, but for its keys."""

    name: str
    kind: Any
    """str, bool, float, or a Literal."""
    type: Any
    """The same with its range, for msgspec.convert."""
    default: Any
    about: str
    limits: msgspec.Meta
    other_flags: tuple[str, ...]
    metavar: str
    formerly: str
    """Its name before; empty when it has always been this one."""
    table: str = ""
    """The table of the file that it is in; empty: none."""

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return variable(f"{self.table}_{self.name}" if self.table else self.name)

    @property
    def flag(self) -> str:
        """Its name on the command line; a boolean one has --no-NAME beside it."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that it can have, when those are only a few."""
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()


def _setting(field: msgspec.structs.FieldInfo, table: str = "") -> Setting:
    kind, meta = get_args(field.type)
    extra = meta.extra or {}
    metavar = extra["metavar"] or "|".join(get_args(kind) if get_origin(kind) is Literal else ())
    return Setting(
        field.name,
        kind,
        field.type,
        field.default,
        meta.description or "",
        meta,
        tuple(extra["flags"]),
        metavar,
        extra["formerly"],
        table,
    )


_FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}
TABLES: dict[str, tuple[Setting, ...]] = {
    name: tuple(_setting(field, name) for field in msgspec.structs.fields(table))
    for name, table in (("dns", DnsSettings), ("watch", WatchSettings))
}
"""The settings of each table of the file but ``FREE`` ones."""
FREE = ("keys", "hosts")
"""The tables whose names are not settings: actions, and what the operator calls his hosts."""
SETTINGS = tuple(_setting(field) for name, field in _FIELDS.items() if name not in (*FREE, *TABLES))
"""Those that are in no table. Each has a flag."""


class Flags(msgspec.Struct, frozen=True):
    """What the command line says."""

    given: dict[str, Any] = {}
    """The settings that it names."""
    config: str | None = None
    """The file."""
    hosts: tuple[str, ...] = ()
    """The hosts that it names; without any, NETC_HOST may."""
