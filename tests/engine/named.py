"""What this machine is called, as an engine on it would say."""

import os

OWN = os.uname()
SAME = {"Name": OWN.nodename, "KernelVersion": OWN.release}
