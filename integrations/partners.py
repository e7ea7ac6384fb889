"""The partners' file (TOML, KETENREGIE_PARTNERS): which partner has which system, where, and what was agreed.

Secrets stand in KETENREGIE_SECRETS, never in this file: the file names them.
"""

import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import SecretStr, ValidationError, model_validator

from domain.errors import PolicyRefusal, WrongUse
from integrations.corv.config import CorvFolder
from integrations.events.config import Subscriber
from integrations.klantinteracties.config import KlantinteractiesSystem
from integrations.notificaties.config import NotificatieSource
from integrations.notifynl.config import NotifyNL
from integrations.partner_figures.config import FigureSource
from integrations.partner_settings import Section
from integrations.reporters.config import ReporterSystem
from integrations.settings import settings
from integrations.signals.config import BrpSource, SignalFile
from integrations.zgw.config import ZgwSystem


class Partners(Section):
    """Every section of the file; each may be absent."""

    zgw: tuple[ZgwSystem, ...] = ()
    klantinteracties: tuple[KlantinteractiesSystem, ...] = ()
    notificaties: tuple[NotificatieSource, ...] = ()
    notifynl: NotifyNL | None = None
    reporters: tuple[ReporterSystem, ...] = ()
    signal_files: tuple[SignalFile, ...] = ()
    brp: tuple[BrpSource, ...] = ()
    figures: tuple[FigureSource, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    corv: tuple[CorvFolder, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> "Partners":
        """One hand-over goes to one system; a name is of one source or subscriber, and a folder of one reader."""
        for names in (
            [*(system.organisation for system in self.zgw), *(system.organisation for system in self.klantinteracties)],
            [source.name for source in self.notificaties],
            [system.source for system in self.reporters],
            [system.client_id for system in self.reporters if system.client_id],
            [*(source.name for source in self.signal_files), *(source.name for source in self.brp)],
            [source.organisation for source in self.figures],
            [subscriber.name for subscriber in self.subscribers],
        ):
            if len(set(names)) != len(names):
                raise ValueError("een naam staat er twee keer in")
        named = [*(one.folder for one in self.reporters), *(one.folder for one in self.signal_files)]
        folders = [one.resolve() for one in (*named, *(one.folder for one in self.corv)) if one]
        if len(set(folders)) != len(folders):
            raise ValueError("een map staat er twee keer in")
        return self


NOBODY = Partners()


def read_partners(path: Path) -> Partners:
    """The partners in this file. Raises WrongUse KR-BESTAND, or PolicyRefusal KR-PARTNERS with the place."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise WrongUse("KR-BESTAND") from None
    return parse_partners(text)


def parse_partners(text: str) -> Partners:
    """The partners in this TOML text."""
    try:
        return Partners.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PolicyRefusal(
            "KR-PARTNERS", place=f"regel {getattr(error, 'lineno', '?')}", what="geen geldige TOML"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "het geheel"
        own = first["type"] == "value_error"
        raise PolicyRefusal(
            "KR-PARTNERS", place=place, what=str(first["ctx"]["error"]) if own else "waarde of sleutel niet goed"
        ) from None


@lru_cache(maxsize=1)
def partners() -> Partners:
    """The partners of this installation, read once; without a file there are none."""
    path = settings().partners
    return read_partners(path) if path else NOBODY


def secret(name: str) -> SecretStr:
    """The secret of this name. Raises WrongUse KR-GEHEIM when the operator has not set it."""
    found = settings().secrets.get(name)
    if found is None or not found.get_secret_value():
        raise WrongUse("KR-GEHEIM", name=name)
    return found
