"""The demo: the synthetic region Kustland with about forty cases."""

from importlib.resources import as_file, files

from integrations.region_file import Region, read_region


def kustland() -> Region:
    """The synthetic region."""
    with as_file(files("deployments.demo").joinpath("kustland.toml")) as path:
        return read_region(path)
