"""An in-memory twin of a Docker engine, for tests that need no Docker.

It is a stand-in for ``netc_tui.engine.connect``: it keeps to what EngineApi promises and to what
Docker was seen to do. Names are taken once, a network in use stays, a created container has no
addresses, a link needs a target that runs, and a LAN network that was removed and made anew is
another one. Network containers in it speak as the real entry point does. ``tests/suite`` holds it
to that: the same behaviours are asked of it and of a real engine.

It is no network and runs nothing: no packet flows, no command of a service does anything, times
pass as the test's loop has them, and DHCP is a yes or no. What depends on a kernel, on a DHCP
server or on a dockerd that is killed is for ``tests/lab``.

Faults and rivals come in through ``before``, which sees every call, and an engine that goes away
through ``away`` and ``cut``. A file each: what it holds (state), what its network containers say
(speech), how containers start and end (lives), what an operator does (hands), what netc asks
(engine), the Swarm that it may be a manager of (swarm), and the connection to it.
"""

from netc_tui.core.identity import lan_network_name as lan
from tests.twin.box import Box
from tests.twin.connection import Connection
from tests.twin.engine import FakeEngine
from tests.twin.state import LOCAL, OLD
from tests.twin.streams import FakeStream

__all__ = ["LOCAL", "OLD", "Box", "Connection", "FakeEngine", "FakeStream", "lan"]
