"""A whole LAN on one machine: namespaces, a DHCP server and private Docker engines.

For tests, the demo and trying things out. Nothing is put into the machine's own network
namespace, and several labs can run side by side. It drives ``ip``, ``dnsmasq`` and ``docker`` as
programs and never imports the engine's or the kernel's Python libraries.
"""

from netc_tui.lab.host import LabHost
from netc_tui.lab.lab import Lab
from netc_tui.lab.status import LabHostStatus, LabStatus

__all__ = ["Lab", "LabHost", "LabHostStatus", "LabStatus"]
