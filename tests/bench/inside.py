"""Run on the Docker host, as a process of its own: `netc` with a clock beside it.

``inside line EPOCH SERVICE INTERFACE`` runs the command `netc up` and prints, as JSON, what began
when (since EPOCH, a time.monotonic) and took how long. ``inside many INTERFACE SERVICE...`` turns
many services on at once, as the TUI does, and prints how long that took.
"""

import sys
import time

BORN = time.monotonic()


def line(epoch: float, service: str, interface: str) -> None:
    """`netc up`, with each call to the engine timed."""
    spans = [("python starts", epoch, BORN)]
    begin = BORN

    def span(name: str) -> None:
        nonlocal begin
        now = time.monotonic()
        spans.append((name, begin, now))
        begin = now

    from netc_tui.cli import main

    span("import the command line")
    import asyncio  # noqa: F401

    span("import asyncio")
    from netc_tui import engine

    span("import the engine (docker)")
    import netc_tui.cli.output
    import netc_tui.operations.up  # noqa: F401

    span("import the operation")
    real = engine.connect

    async def connect(endpoint: engine.Endpoint) -> object:
        span("parse the command")
        made = await real(endpoint)
        span("connect to the engine")
        return Clocked(made, spans)

    engine.connect = connect  # type: ignore[assignment]
    code = main.app(["up", service, interface], prog_name="netc", standalone_mode=False)
    spans.append(("all done", time.monotonic(), time.monotonic()))
    if code or len(spans) < 8:
        sys.exit(f"netc up: exit code {code}, {len(spans)} spans: is it still run like this?")
    import json

    print(json.dumps([(name, start - epoch, end - start) for name, start, end in spans]))


class Clocked:
    """An engine whose calls are timed."""

    def __init__(self, engine: object, spans: list[tuple[str, float, float]]) -> None:
        self._engine, self._spans = engine, spans

    def __getattr__(self, name: str) -> object:
        import inspect

        real = getattr(self._engine, name)
        if not inspect.iscoroutinefunction(real):
            return real

        async def call(*arguments: object, **options: object) -> object:
            begin = time.monotonic()
            try:
                return await real(*arguments, **options)
            finally:
                self._spans.append((f"engine: {name}", begin, time.monotonic()))

        return call

    def follow_log(self, *arguments: object, **options: object) -> object:
        """A log whose lines are noted as they come."""
        return _Stream(self._engine.follow_log(*arguments, **options), self._spans)  # type: ignore[attr-defined]


class _Stream:
    def __init__(self, stream: object, spans: list[tuple[str, float, float]]) -> None:
        self._stream, self._spans, self.close = stream, spans, stream.close  # type: ignore[attr-defined]

    async def __aiter__(self):
        from netc_tui.core.lease import parse

        async for piece in self._stream:  # type: ignore[attr-defined]
            now = time.monotonic()
            if event := parse(piece):
                self._spans.append((f"heard: {event.event}", now, now))
            yield piece


def many(interface: str, services: list[str]) -> None:
    """All of them at once on one engine."""
    import asyncio
    import json

    from netc_tui.engine import connect
    from netc_tui.engine.endpoints import in_force
    from netc_tui.operations.up import Request, up

    async def run() -> float:
        engine = await connect(in_force())
        try:
            begin = time.monotonic()
            requests = [Request(service=name, interface=interface) for name in services]
            found = await asyncio.gather(*(up(engine, request) for request in requests))
            took = time.monotonic() - begin
        finally:
            await engine.close()
        if len({one.ip for one in found if one.ip}) != len(services):
            sys.exit(f"not all have an address of their own: {[one.ip for one in found]}")
        return took

    print(json.dumps(asyncio.run(run())))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["line", epoch, service, interface]:
            line(float(epoch), service, interface)
        case ["many", interface, *services]:
            many(interface, services)
