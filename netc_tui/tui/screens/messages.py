"""What the app tells the screen in front."""

from textual.message import Message


class LinksChanged(Message):
    """A host's interfaces are known, or are others than before."""

    def __init__(self, host: str = "") -> None:
        super().__init__()
        self.host = host
