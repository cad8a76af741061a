"""What the app tells the screen in front."""

from textual.message import Message


class LinksChanged(Message):
    """The host's interfaces are known, or are others than before."""
