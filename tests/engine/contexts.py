"""Docker contexts, as Docker's own client writes them."""

import hashlib
import json
from pathlib import Path
from typing import Any


def context(folder: Path, name: str, docker: dict[str, Any], *, tls: bool = False) -> Path:
    """Write the files of a context; the folder of its certificates."""
    id = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "contexts" / "meta" / id
    meta.mkdir(parents=True)
    facts = {"Name": name, "Metadata": {}, "Endpoints": {"docker": docker}}
    (meta / "meta.json").write_text(json.dumps(facts))
    return certificates(folder / "contexts" / "tls" / id / "docker") if tls else Path()


def certificates(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("ca", "cert", "key"):
        (folder / f"{name}.pem").touch()
    return folder
