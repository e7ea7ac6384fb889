"""The policy from disk: the default that ships with the package, and the region's own file over it."""

from importlib.resources import files
from pathlib import Path

from domain.errors import WrongUse
from domain.policy import Policy, parse_policy


def default_policy() -> str:
    """The text of the default policy (TOML), also from an installed package."""
    return files("domain.policy").joinpath("standaard.toml").read_text(encoding="utf-8")


def override_text(path: Path) -> str:
    """The text of a region's own policy file. Raises WrongUse KR-BESTAND when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise WrongUse("KR-BESTAND") from None


def load_policy(override: Path | None = None) -> Policy:
    """The default policy with the region's file over it.

    Raises WrongUse KR-BESTAND when the file cannot be read, PolicyRefusal KR-BELEID-… when it is not valid.
    """
    return parse_policy(default_policy(), override_text(override) if override else None)
