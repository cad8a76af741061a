"""What an engine says of its Swarm, read into our values: see ``read``."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from netc_tui.core.ports import Port
from netc_tui.core.swarm import (
    Membership,
    Replicas,
    SwarmConfig,
    SwarmNode,
    SwarmService,
    SwarmTask,
)
from netc_tui.engine.sentences import no_image, on_one_line

MODES: Mapping[str, str] = {
    "Replicated": "replicated",
    "Global": "global",
    "ReplicatedJob": "replicated-job",
    "GlobalJob": "global-job",
}


def membership(info: Mapping[str, Any]) -> Membership | None:
    """From GET /info; None for an engine that is in no Swarm, or whose Swarm is locked."""
    told = info.get("Swarm") or {}
    if told.get("LocalNodeState") != "active":
        return None
    return Membership(
        node=str(told.get("NodeID") or ""),
        manager=bool(told.get("ControlAvailable")),
        cluster=str((told.get("Cluster") or {}).get("ID") or ""),
        managers=int(told.get("Managers") or 0),
    )


def service(row: Mapping[str, Any]) -> SwarmService:
    """From one object of GET /services, asked with their status."""
    spec = row.get("Spec") or {}
    template = spec.get("TaskTemplate") or {}
    status = row.get("ServiceStatus") or {}
    mode = next((word for key, word in MODES.items() if key in (spec.get("Mode") or {})), "")
    networks = template.get("Networks") or spec.get("Networks") or ()
    return SwarmService(
        id=row["ID"],
        name=str(spec.get("Name") or row["ID"]),
        image=str((template.get("ContainerSpec") or {}).get("Image") or "").partition("@")[0],
        version=int((row.get("Version") or {}).get("Index") or 0),
        replicas=Replicas(mode, status.get("RunningTasks"), status.get("DesiredTasks")),
        networks=tuple(str(network.get("Target") or "") for network in networks),
        ports=tuple(sorted(map(_port, (row.get("Endpoint") or {}).get("Ports") or ()))),
        labels=dict(spec.get("Labels") or {}),
    )


def _port(row: Mapping[str, Any]) -> Port:
    public = row.get("PublishedPort")
    on = (f"0.0.0.0:{public}",) if public else ()
    return Port(int(row["TargetPort"]), str(row.get("Protocol") or "tcp"), on)


def task(row: Mapping[str, Any]) -> SwarmTask:
    """From one object of GET /tasks."""
    status = row.get("Status") or {}
    error = on_one_line(str(status.get("Err") or ""))
    return SwarmTask(
        id=row["ID"],
        service=str(row.get("ServiceID") or ""),
        node=str(row.get("NodeID") or ""),
        state=str(status.get("State") or ""),
        desired=str(row.get("DesiredState") or ""),
        error=error,
        no_image=no_image(error),
        container=str((status.get("ContainerStatus") or {}).get("ContainerID") or ""),
        at=_moment(str(row.get("CreatedAt") or "")),
    )


def _moment(text: str) -> datetime:
    """RFC 3339 as Docker writes it, with up to nine digits of a second."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)


def node(row: Mapping[str, Any]) -> SwarmNode:
    """From one object of GET /nodes."""
    spec = row.get("Spec") or {}
    return SwarmNode(
        id=row["ID"],
        name=str((row.get("Description") or {}).get("Hostname") or row["ID"]),
        version=int((row.get("Version") or {}).get("Index") or 0),
        manager=spec.get("Role") == "manager",
        ready=(row.get("Status") or {}).get("State") == "ready",
        active=spec.get("Availability") == "active",
        labels=dict(spec.get("Labels") or {}),
    )


def config(row: Mapping[str, Any]) -> SwarmConfig:
    """From one object of GET /configs."""
    spec = row.get("Spec") or {}
    return SwarmConfig(row["ID"], str(spec.get("Name") or ""), dict(spec.get("Labels") or {}))
