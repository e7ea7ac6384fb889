"""The demo: the synthetic region Kustland with about forty cases, and a policy without working hours."""

from importlib.resources import as_file, files

from integrations.region_file import Region, read_region


def kustland() -> Region:
    """The synthetic region."""
    with as_file(files("deployments.demo").joinpath("kustland.toml")) as path:
        return read_region(path)


def demo_policy() -> str:
    """The policy of the demo (TOML): its mails go out at any hour, for it is often shown at night."""
    return files("deployments.demo").joinpath("beleid.toml").read_text(encoding="utf-8")
