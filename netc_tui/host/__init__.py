"""This machine: its interfaces, its routes, its binaries. The only place that imports pyroute2."""
