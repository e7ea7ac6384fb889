"""Where a partner's system is and how it is reached: address, certificates, patience."""

import ssl
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Self

import httpx
from pydantic import BaseModel, ConfigDict, Field, model_validator


class Connection(BaseModel):
    """One address of a partner's system. A token in it would be logged by others, so it holds none.

    `ca`: the authority that signed the partner's certificate, where that is not a public one; `certificate` and `key`:
    ours, for partners that ask for one (PKIoverheid); `headers`: fixed ones that a gateway asks for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str
    timeout: float = Field(default=10.0, gt=0, le=60)
    """Seconds for each wait: to connect, to write, for the next part of an answer."""

    bound: float = Field(default=30.0, gt=0, le=300)
    """Seconds for a whole exchange, its retries included."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    headers: dict[str, str] = {}

    @model_validator(mode="after")
    def _safe(self) -> Self:
        check_address(self.url)
        if not self.url.endswith("/"):
            raise ValueError("het adres eindigt op een schuine streep")
        if self.key is not None and self.certificate is None:
            raise ValueError("een sleutel zonder certificaat")
        return self

    def tls(self) -> ssl.SSLContext:
        """The certificates that are trusted and shown. Raises OSError or ssl.SSLError when a file is not right."""
        files = (self.ca, self.certificate, self.key)
        return _context(*files, tuple(path.stat().st_mtime_ns if path else 0 for path in files))


def check_address(url: str) -> None:
    """Raises ValueError, without the address, when it is none, holds more than a place, or is not safe."""
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        raise ValueError("geen geldig adres") from None
    if not address.host or address.userinfo or address.query or address.fragment:
        raise ValueError("geen geldig adres")
    if address.scheme != "https" and not (address.scheme == "http" and loopback(address.host)):
        raise ValueError("alleen https, of http op deze machine")


@lru_cache(maxsize=32)
def _context(ca: Path | None, certificate: Path | None, key: Path | None, changed: tuple[int, ...]) -> ssl.SSLContext:
    """Kept, as long as the files are the same: reading the authorities takes longer than an exchange."""
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def loopback(host: str) -> bool:
    """True when this name or address is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
