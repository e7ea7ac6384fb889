"""The three addresses of one ZGW system, asked in one name and within one patience."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import SecretStr

from integrations.http import Connection, Door, Reply, Unanswered
from integrations.http.door import stands_under
from integrations.http.judge import ELSEWHERE, unreadable
from integrations.patience import Patience, PatientDoor
from integrations.verdict import OF_US, Result, Verdict
from integrations.zgw.config import ZgwSystem
from integrations.zgw.token import Signer

CRS = {"Accept-Crs": "EPSG:4326"}
MOST_PAGES = 20


class Doors:
    """Zaken, catalogi and documenten, within one patience. Raises Unanswered for a wrong certificate of ours."""

    def __init__(self, system: ZgwSystem, secret: SecretStr) -> None:
        self.system = system
        self.signer = Signer(system.client_id, secret, system.user)
        self._open: dict[str, Door] = {}
        self._patience = Patience(system.longest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        for door in self._open.values():
            door.close()
        self._open.clear()

    def get(self, name: str, path: str, *, etag: str = "", params: Mapping[str, str] | None = None) -> Reply:
        """Read; `name`: zaken, catalogi or documenten."""
        return self._door(name).get(path, etag=etag, params=params, headers=CRS if name == "zaken" else {})

    def read(self, name: str, path: str) -> dict[str, Any]:
        """One resource. Raises Unanswered `onleesbaar` for anything else."""
        return an_object(self.get(name, path).body)

    def pages(self, name: str, path: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Each resource of a list."""
        headers = CRS if name == "zaken" else {}
        for found in self._door(name).pages(path, params=params, headers=headers, most=MOST_PAGES):
            yield an_object(found)

    def make(self, name: str, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Make one resource; `X-Audit-Toelichting` tells their audit trail on which ground."""
        headers = {"X-Audit-Toelichting": self.system.legal_basis} | (CRS if name == "zaken" else {})
        if path == "zaken":
            headers |= {"Content-Crs": "EPSG:4326"}
        body = self._door(name).ask("POST", path, content=content, headers=headers).body
        return an_object(body, repeatable=False)

    def own(self, name: str, address: str) -> str:
        """This address, when it lies under the configured one. Raises Unanswered otherwise: we could not go there."""
        if not stands_under(address, self._connection(name).url):
            raise Unanswered(Result(Verdict.PERMANENT, ELSEWHERE))
        return address

    def _door(self, name: str) -> Door:
        if name not in self._open:
            self._open[name] = PatientDoor(self._patience, self._connection(name), auth=self.signer)
        return self._open[name]

    def _connection(self, name: str) -> Connection:
        found: Connection | None = getattr(self.system, name)
        if found is None:
            raise not_set_up(name)
        return found


def an_object(body: object, repeatable: bool = True) -> dict[str, Any]:
    """The JSON object that was asked for."""
    if not isinstance(body, dict):
        raise unreadable(repeatable)
    return body


def text(resource: Mapping[str, Any], key: str) -> str:
    """A text that must be in it."""
    found = resource.get(key)
    if not isinstance(found, str):
        raise unreadable(True)
    return found


def addresses(resource: Mapping[str, Any], key: str) -> list[str]:
    """A list of addresses that must be in it: without it nobody can tell what was made before."""
    found = resource.get(key)
    if not isinstance(found, list) or not all(isinstance(address, str) for address in found):
        raise unreadable(True)
    return found


def not_set_up(what: str) -> Unanswered:
    """Their catalogue, or our file, lacks something: work waits until an operator has mended it."""
    return Unanswered(Result(Verdict.TEMPORARY, f"{OF_US}{what}"))
