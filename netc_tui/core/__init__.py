"""Pure values and decisions: no I/O, nothing of Docker, netlink or the screen."""
