"""How it looks: dark, light, and the terminal's own sixteen colours."""

from textual.theme import Theme

DARK = Theme(
    name="dark",
    primary="#4aa5f0",
    secondary="#7f9db9",
    foreground="#d8dee6",
    background="#101418",
    surface="#101418",
    panel="#1b232b",
    success="#67c279",
    warning="#e0b04a",
    error="#f0716b",
    accent="#4aa5f0",
    dark=True,
    variables={"quiet": "#8b98a6", "row": "#1f3b57"},
)
LIGHT = Theme(
    name="light",
    primary="#0b5cad",
    secondary="#4a6076",
    foreground="#1c2530",
    background="#fbfbf9",
    surface="#fbfbf9",
    panel="#e6eaee",
    success="#1b7a33",
    warning="#8a5a00",
    error="#b3261e",
    accent="#0b5cad",
    dark=False,
    variables={"quiet": "#5a6876", "row": "#cfe2f7"},
)
DEFAULTS = {"quiet": "ansi_default", "row": "ansi_default"}
"""What the style sheet asks of a theme beside Textual's variables, where a theme has it not."""
NAMES = {"dark": "dark", "light": "light", "terminal": "ansi-dark"}
"""From the setting to Textual's name; ansi-dark leaves colours to the terminal."""


def themes() -> tuple[Theme, ...]:
    """The ones that are not Textual's own."""
    return DARK, LIGHT
