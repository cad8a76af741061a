"""What ``netc config`` prints."""

import subprocess
import tomllib


def test_config_is_an_example(
    ran: "dict[tuple[str, ...], subprocess.CompletedProcess[str]]",
) -> None:
    path = ran[("config", "--path")].stdout
    text = ran[("config",)].stdout
    assert path.endswith("/netc/config.toml\n")
    assert text.startswith(f"# {path.strip()} (")
    assert tomllib.loads(text) == {"keys": {}}
    assert '\n#theme = "dark"\n' in text
    assert '\n#on_off = "space"\n' in text
