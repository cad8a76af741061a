"""What runs inside a network container: Dockerfile, entry point, DHCP hook; and its image's parts."""
