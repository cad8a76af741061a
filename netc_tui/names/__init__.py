"""Names of network containers, published where the LAN's DNS is fed otherwise than by its DHCP
server, and looked up. The only place that imports dnspython, and that when it is needed.

``publisher`` makes one of the settings; ``Publisher`` says what it does. All of it waits for the
network: call it on a thread.
"""

from netc_tui.names.publisher import Outcome, Publisher, publisher
from netc_tui.names.trouble import NameTrouble

__all__ = ["NameTrouble", "Outcome", "Publisher", "publisher"]
