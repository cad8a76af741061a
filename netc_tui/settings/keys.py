"""What the operator can do on the main screen, each with its key: one table for the bindings, the
footer, the help screen, the command palette and the configuration.
"""

import msgspec


class Key(msgspec.Struct, frozen=True):
    """An action and the key that does it."""

    id: str
    """Its name in the configuration's ``[keys]``."""
    key: str
    """As Textual names keys; several are separated by commas."""
    action: str
    label: str
    """A word or two, for the footer."""
    help: str
    """A sentence, for the help screen and the palette."""
    group: str
    show: bool = False
    """In the footer."""
    writes: bool = False
    """Changes something outside: not there when read-only."""
    formerly: str = ""
    """Its id before; empty when it has always been this one."""


SERVICE, ONE, MANY, MOVE, FIND, PANELS, PROGRAM = (
    "The service under the cursor, or all that are marked",
    "The service under the cursor",
    "Marking",
    "Moving the cursor",
    "Finding",
    "Panels",
    "netc",
)

PANEL_NAMES = {
    "path": "Path panel",
    "lease": "Lease panel",
    "rules": "Rules panel",
    "clients": "Clients panel: who is connected to it now",
    "events": "Events panel",
    "done": "Done panel: who turned it on or off, moved it, and what came of it",
}
"""The panels of a service, in the order of their keys, with a line for the help. Each is a module
of that name in ``netc_tui.tui.panels``."""

KEYS: tuple[Key, ...] = (
    Key(
        "on_off",
        "space",
        "on_off",
        "on/off",
        "Turn its LAN address on or off",
        SERVICE,
        True,
        True,
        "toggle",
    ),
    Key(
        "expose",
        "e",
        "expose",
        "expose",
        "Turn on with a choice of interface, ports, hostname; or change or move what is on",
        SERVICE,
        True,
        True,
    ),
    Key("renew", "r", "renew", "renew", "Renew the lease now", SERVICE, True, True),
    Key(
        "restart", "R", "restart", "restart", "Restart the network container", SERVICE, False, True
    ),
    Key(
        "remove",
        "x",
        "remove",
        "remove",
        "Remove the network container of a service that is gone",
        SERVICE,
        True,
        True,
    ),
    Key(
        "auto",
        "A",
        "auto",
        "auto",
        "Give back to its labels what was turned on or off by hand (netc watch)",
        SERVICE,
        True,
        True,
    ),
    Key(
        "doctor",
        "d",
        "doctor",
        "doctor",
        "Look at the whole path: what is broken, why, and what to do",
        SERVICE,
        True,
    ),
    Key(
        "move",
        "v",
        "move",
        "move",
        "Move its address to another service, or to the same one on another host",
        ONE,
        False,
        True,
    ),
    Key("details", "enter", "details", "details", "All there is to know of it", ONE, True),
    Key("log", "l", "log", "log", "Full log of the network container, with search", ONE, True),
    Key(
        "copy",
        "c",
        "copy",
        "copy",
        "Copy address, MAC, a DHCP reservation, the netc command",
        ONE,
        True,
    ),
    Key("mark", "m", "mark", "mark", "Mark it and go to the next", MANY, False),
    Key("mark_all", "M", "mark_all", "mark all", "Mark all that are listed, or none", MANY, False),
    Key("down", "down,j", "cursor(1)", "down", "A service down", MOVE, False),
    Key("up", "up,k", "cursor(-1)", "up", "A service up", MOVE, False),
    Key("page_down", "pagedown,ctrl+f", "page(1)", "page down", "A page down", MOVE, False),
    Key("page_up", "pageup,ctrl+b", "page(-1)", "page up", "A page up", MOVE, False),
    Key("first", "home,g", "cursor(-1000000)", "first", "The first service", MOVE, False),
    Key("last", "end,G", "cursor(1000000)", "last", "The last service", MOVE, False),
    Key(
        "filter",
        "slash",
        "filter",
        "filter",
        "Filter as you type: name, state, port, address",
        FIND,
        True,
    ),
    Key("clear", "escape", "clear", "clear", "Clear the filter, then the marks", FIND, False),
    Key("sort", "s", "sort", "sort", "Sort by the next column", FIND, False),
    Key("reverse", "S", "reverse", "reverse", "Sort the other way round", FIND, False),
    Key(
        "only_on",
        "o",
        "only_on",
        "only on",
        "Show only what has a network container",
        FIND,
        False,
        formerly="only_exposed",
    ),
    Key("all", "a", "all", "all", "Show containers that do not run, too", FIND, formerly="stopped"),
    Key("next_panel", "tab", "next_panel", "next panel", "Next panel", PANELS, False),
    *(
        Key(f"{name}_panel", f"{at}", f"panel('{name}')", f"{name} panel", about, PANELS)
        for at, (name, about) in enumerate(PANEL_NAMES.items(), 1)
    ),
    Key(
        "scroll_down",
        "right_square_bracket",
        "scroll_panel(1)",
        "scroll down",
        "Scroll the panel down",
        PANELS,
        False,
    ),
    Key(
        "scroll_up",
        "left_square_bracket",
        "scroll_panel(-1)",
        "scroll up",
        "Scroll the panel up",
        PANELS,
        False,
    ),
    Key(
        "interfaces",
        "i",
        "interfaces",
        "interfaces",
        "The host's interfaces; choose the one in force",
        PROGRAM,
        False,
    ),
    Key(
        "hosts",
        "h",
        "hosts",
        "hosts",
        "The hosts: which answer; which do not, since when and why",
        PROGRAM,
        False,
    ),
    Key(
        "theme",
        "T",
        "theme",
        "theme",
        "Dark, light, the terminal's own colours",
        PROGRAM,
        False,
    ),
    Key("save", "ctrl+s", "save", "save", "Save the screen as SVG", PROGRAM, False),
    Key("redraw", "ctrl+l", "redraw", "redraw", "Draw the screen anew", PROGRAM, False),
    Key("palette", "ctrl+p", "command_palette", "palette", "Command palette", PROGRAM, False),
    Key("help", "question_mark", "help", "help", "This help", PROGRAM, True),
    Key(
        "quit",
        "q,ctrl+c",
        "quit",
        "quit",
        "Quit; network containers go on by themselves",
        PROGRAM,
        True,
    ),
)

IDS = frozenset(key.id for key in KEYS)
EVERYWHERE = frozenset(("save", "palette", "redraw"))
"""Those that work on every screen, dialogs too."""
