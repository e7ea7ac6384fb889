"""How an error reaches whoever typed the command: `CODE: sentence next step`, and never what was typed."""

import json
import traceback
from collections.abc import Callable
from typing import Any

import typer

from domain.errors import GateRefusal, KetenregieError, WrongUse

FAILED, WRONG_USE = 1, 2


def guarded(run: Callable[[], Any], *, as_json: bool) -> int:
    """Run a command; returns its exit status. Every error is told, none is shown as Python shows it."""
    try:
        outcome = run()
    except KetenregieError as error:
        return _told(error, as_json)
    except typer.TyperException as error:
        return _help(error) if type(error).__name__ == "NoArgsIsHelpError" else _told(_usage(error), as_json)
    except typer.Abort:
        return FAILED
    except Exception as error:
        return _unexpected(error, as_json)
    return outcome if isinstance(outcome, int) else 0


def tell(error: KetenregieError, as_json: bool) -> None:
    """The error on stderr, or as JSON on stdout."""
    if as_json:
        typer.echo(json.dumps({"error": error.as_dict()}, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{error.code}: {error.sentence} {error.next_step}", err=True)
    for gap in error.missing if isinstance(error, GateRefusal) else ():
        typer.echo(f"  - {gap}", err=True)


def wrong_use(what: str) -> WrongUse:
    """A call that cannot be understood; `what` in Dutch, never what was typed."""
    return WrongUse("KR-GEBRUIK", what=what)


def _told(error: KetenregieError, as_json: bool) -> int:
    tell(error, as_json)
    return error.exit_status


def _help(error: typer.TyperException) -> int:
    typer.echo(error.message)
    return WRONG_USE


def _usage(error: typer.TyperException) -> WrongUse:
    """Typer's own errors repeat what was typed; ours name the option only."""
    param = getattr(error, "param", None)
    name = "" if param is None else next(iter(getattr(param, "opts", ())), "")
    shown = name if name.startswith("-") else name.upper()
    sentences = {
        "MissingParameter": f"{shown or 'een waarde'} ontbreekt",
        "BadParameter": f"de waarde van {shown or 'een optie'} is niet goed",
        "NoSuchOption": "een optie bestaat niet",
        "BadOptionUsage": "een optie heeft geen waarde of juist te veel",
    }
    return wrong_use(sentences.get(type(error).__name__, "het commando bestaat niet, of er staat iets te veel"))


def _unexpected(error: Exception, as_json: bool) -> int:
    """Only the class of the error: its text may hold data. KETENREGIE_DEBUG=1 shows all."""
    if names := _bad_settings(error):
        return _told(WrongUse("KR-INSTELLING", names=names), as_json)
    from integrations.settings import settings

    if settings().debug:
        typer.echo("".join(traceback.format_exception(error)), err=True)
    return _told(KetenregieError("KR-ONVERWACHT", kind=type(error).__name__), as_json)


def _bad_settings(error: Exception) -> str:
    """The names of the settings that are not right, '' when the error is another one."""
    if type(error).__name__ != "ValidationError" or getattr(error, "title", "") != "Settings":
        return ""
    found = error.errors(include_input=False, include_url=False)  # type: ignore[attr-defined]
    return ", ".join(f"KETENREGIE_{str(fault['loc'][0]).upper()}" for fault in found if fault["loc"])
