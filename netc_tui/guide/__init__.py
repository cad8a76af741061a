"""What there is to read about netc beside the README: pages in Markdown, by topic."""

from importlib import resources

from netc_tui.core.errors import Exit, NetcError

SUFFIX = ".md"


def topics() -> dict[str, str]:
    """The topics in the order of the alphabet, each with the title of its page."""
    files = resources.files(__name__).iterdir()
    names = sorted(file.name.removesuffix(SUFFIX) for file in files if file.name.endswith(SUFFIX))
    return {name: page(name).partition("\n")[0].removeprefix("# ") for name in names}


def page(topic: str) -> str:
    """The page on a topic. Raises NetcError (usage) when there is none."""
    file = resources.files(__name__) / f"{topic}{SUFFIX}"
    if "/" in topic or not file.is_file():
        raise NetcError(
            f"the guide has no page {topic!r}; there are: {', '.join(topics())}", Exit.USAGE
        )
    return file.read_text(encoding="utf-8")
