"""netc: network containers, which give Docker services LAN addresses of their own."""

__version__ = "0.1.0"
