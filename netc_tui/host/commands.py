"""Running a command of this machine as an operator would in a shell."""

import asyncio
import shlex


async def run(command: str) -> str:
    """Run it to its end. Empty, or why it failed."""
    name, *arguments = shlex.split(command)
    try:
        process = await asyncio.create_subprocess_exec(
            name,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        return f"{name}: {error.strerror or error}"
    _, said = await process.communicate()
    if not process.returncode:
        return ""
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"{name}: exit code {process.returncode}"
