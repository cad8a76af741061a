"""Folders with the engine of another Debian release, for labs to run it from.

    python -m tests.engines trixie [FOLDER]

prints the folder, and makes it first where it is not there yet (debootstrap, as root; about half a
minute). `pytest tests/lab --engine trixie` does that by itself, and runs the lab tests on it: its
dockerd, containerd, runc, docker, iptables and sshd, and network containers of its busybox. Remove
the folder to have it made anew.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SUITES = {
    "bookworm": "Docker Engine 20.10, busybox 1.35",
    "trixie": "Docker Engine 26.1, busybox 1.37",
    "sid": "what Debian has today",
}
PACKAGES = {
    "busybox-static",
    "conntrack",
    "containerd",
    "dnsmasq-base",
    "docker-compose",
    "docker.io",
    "iptables",
    "openssh-server",
    "runc",
}
CACHE = Path("/var/cache/netc/engines")
"""Beside the labs' data: on a real file system, and root's alone."""


def folder(suite: str, where: Path | None = None) -> Path:
    """The folder of a release's engine, made when it is not there. Raises SystemExit."""
    packages = sorted(_packages(suite))
    # One with other packages is another folder: labs may be running from the former.
    stamp = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:6]
    made = (where or CACHE / f"{suite}-{stamp}").absolute()
    made.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with made.with_name(f"{made.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the processes of one test run all come here
        if not made.exists():
            _make(suite, made)
    return made


def compose(root: Path) -> list[str]:
    """The command that runs the Compose of a folder on this machine."""
    # As ``docker`` is run: with the libraries of its own release.
    loader = next(root.glob("lib*/ld-linux*.so.*"))
    folders = ":".join(map(str, root.glob("usr/lib/*-linux-*")))
    plugin = root / "usr/libexec/docker/cli-plugins/docker-compose"
    return [str(loader), "--library-path", folders, str(plugin)]


def _packages(suite: str) -> set[str]:
    # Before Debian 13 the client was a part of docker.io.
    return PACKAGES if suite == "bookworm" else PACKAGES | {"docker-cli"}


def _make(suite: str, made: Path) -> None:
    """Make it under another name first: what has the right one is whole."""
    debootstrap = shutil.which("debootstrap", path=f"{os.environ['PATH']}:/usr/sbin")
    if not debootstrap or os.geteuid() != 0:
        sys.exit("an engine's folder needs root, and the package debootstrap (.ci/install --test)")
    packages = _packages(suite)
    print(f"making {made} with debootstrap ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix=f"{suite}.", dir=made.parent) as work:
        new = Path(work) / "new"
        done = subprocess.run(
            [debootstrap, "--variant=minbase", f"--include={','.join(sorted(packages))}",
             suite, str(new)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            said = [line for line in done.stdout.splitlines() if line[:2] in ("E:", "W:")]
            reason = [*said, *done.stderr.strip().splitlines()] or [str(done.returncode)]
            sys.exit(f"debootstrap {suite} failed: {reason[-1]}")
        for package in (new / "var/cache/apt/archives").glob("*.deb"):
            package.unlink()
        new.rename(made)


def main() -> None:
    """Print the folder's path."""
    suites = "; ".join(f"{name}: {has}" for name, has in SUITES.items())
    parser = argparse.ArgumentParser(prog="tests.engines", description="Make an engine's folder.")
    parser.add_argument("suite", choices=SUITES, help=suites)
    parser.add_argument("folder", type=Path, nargs="?", help=f"default: one in {CACHE}")
    given = parser.parse_args()
    print(folder(given.suite, given.folder))


if __name__ == "__main__":
    main()
