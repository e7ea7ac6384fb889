"""The drop-in that lets the units read folders of partners."""

from configparser import ConfigParser

from tests.house.documents import text_of
from tests.house.tree import ROOT

DROP_IN = ROOT / "deployments/systemd/folders.conf"


def test_the_drop_in_opens_folders_and_names_units_that_are_closed_without_it() -> None:
    text, guide = DROP_IN.read_text(encoding="utf-8"), text_of("docs/operations.md")
    conf = ConfigParser(interpolation=None, delimiters=("=",))
    conf.optionxform = str  # type: ignore[assignment,method-assign]
    conf.read_string(text)
    assert "/srv/ketenregie" in conf["Service"]["ReadWritePaths"]
    assert conf["Service"]["SupplementaryGroups"] in guide
    for name in ("ketenregie", "ketenregie-worker", "ketenregie-sweep"):
        unit = (ROOT / f"deployments/systemd/{name}.service").read_text(encoding="utf-8")
        assert "ProtectSystem=strict" in unit
        assert "/srv" not in unit
        assert f"{name}.service" in text
    assert f"[{DROP_IN.name}]" in guide
