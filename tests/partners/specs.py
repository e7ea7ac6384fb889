"""The published OpenAPI documents, read from the folder that KETENREGIE_SPECS names; they are not ours to copy."""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema_path import SchemaPath
from openapi_core import Config, OpenAPI

FOLDER = Path(os.environ.get("KETENREGIE_SPECS", "no-folder-named"))
HOST = "http://stand-in"
HAL = "application/hal+json"
PROBLEM = "application/problem+json"
RESOLVED = 100_000  # places of a document that are remembered: else each exchange walks to them anew

needs_specs = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="KETENREGIE_SPECS names no folder with the published OpenAPI documents"
)


class _Loader(yaml.CSafeLoader):
    """Leaves dates text, as JSON has them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@cache
def document(name: str) -> dict[str, Any]:
    """One document as published, e.g. "oz-zaken"."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=_Loader)
    return found


@cache
def published(name: str, base: str) -> OpenAPI:
    """The document as a judge, for a server at this base path. Mended in memory as its owners' README says."""
    spec = dict(document(name))
    for part in _dicts(spec):
        _mend(part)
    if name == "brp-personen":
        _one_of_by_type(spec)
    spec["servers"] = [{"url": f"{HOST}{base}"}]
    path = SchemaPath.from_dict(spec, resolved_cache_maxsize=RESOLVED)
    return OpenAPI(path, config=Config(extra_media_type_deserializers={PROBLEM: json.loads, HAL: json.loads}))


def _dicts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for value in list(part.values()):
            yield from _dicts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _dicts(value)


def _mend(part: dict[str, Any]) -> None:
    """Headers that OpenAPI says to ignore, and a reference to a document elsewhere."""
    parameters = part.get("parameters")
    if isinstance(parameters, list):
        part["parameters"] = [given for given in parameters if not _ignored(given)]
        for given in part["parameters"]:
            _mend_filter(given)
    if str(part.get("$ref", "")).startswith("http"):
        part.clear()
        part["type"] = "object"


def _mend_filter(parameter: Any) -> None:
    """Open Zaak filters by the address of a zaak (its own tests do), while its document calls that a number."""
    if isinstance(parameter, dict) and (parameter.get("in"), parameter.get("name")) == ("query", "zaak"):
        parameter["schema"] = {"type": "string", "format": "uri"}


def allowed(name: str, method: str, path: str, granted: set[str]) -> bool:
    """Whether these scopes are enough for this operation by its document; True where that is absent."""
    if not FOLDER.is_dir():
        return True
    wanted = _operations(name)[path][method.lower()]["security"]
    asked = " ".join(scope for one in wanted for scope in one["JWT-Claims"])
    assert "&" not in asked, "an operation that wants two scopes at once"
    return not granted.isdisjoint(re.findall(r"[\w.-]+", asked))


@cache
def _operations(name: str) -> dict[str, Any]:
    """The operations of each path, whose variables have no names."""
    return {re.sub(r"\{[^}]+\}", "{}", place): found for place, found in document(name)["paths"].items()}


def _ignored(parameter: Any) -> bool:
    named = isinstance(parameter, dict) and parameter.get("in") == "header"
    return named and str(parameter.get("name", "")).lower() in ("content-type", "accept")


def _one_of_by_type(spec: dict[str, Any]) -> None:
    schemas = spec["components"]["schemas"]
    query = schemas["PersonenQuery"]
    kinds = query["discriminator"]["mapping"]
    for word, address in kinds.items():
        kind = schemas[address.rpartition("/")[2]]
        kind["allOf"] = [
            given for given in kind.get("allOf", []) if not given.get("$ref", "").endswith("/PersonenQuery")
        ]
        kind.setdefault("properties", {})["type"] = {"type": "string", "enum": [word]}
        kind["required"] = sorted({*kind.get("required", []), "type", "fields"})
        kind["properties"].setdefault("fields", query["properties"]["fields"])
    schemas["PersonenQuery"] = {"oneOf": [{"$ref": address} for address in kinds.values()]}
