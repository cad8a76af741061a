"""What can go wrong with a name: one line with its cause and what to do, and the finding's code."""

from netc_tui.core.errors import NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.text import cut, printable

TAKEN = "N901"
LEFT_ALONE = "N902"
NOT_ITS_ZONE = "N903"
REFUSED = "N904"
CLOCK = "N905"
AWAY = "N906"
NOT_TRUSTED = "N907"
NESTED = "N908"


class NameTrouble(NetcError):
    """A name could not be published or taken back, for a reason that has a code."""

    def __init__(self, code: str, cause: str, how: str = "", remedy: str = "") -> None:
        # A server's words and other people's records are no trusted text.
        self.finding = Finding(code, printable(cut(cause)), printable(how), remedy)
        super().__init__(str(self.finding))
