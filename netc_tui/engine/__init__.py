"""Docker: the only place that imports its SDK. Asynchronous outside, blocking calls inside.

``EngineApi`` is what the rest of netc knows of an engine; ``connect`` gives the real one.
"""

from netc_tui.engine.api import Conflict, EngineApi, Gone, LogStream, Refused
from netc_tui.engine.sdk import connect

__all__ = ["Conflict", "EngineApi", "Gone", "LogStream", "Refused", "connect"]
