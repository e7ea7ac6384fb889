"""docs/commands.md is a contract: it names every command and every key a script may count on."""

from dataclasses import fields

from typer.core import TyperGroup

from deployments.cli.commands import COMMANDS, loaded
from tasks.examine_ledger import Check
from tasks.list_cases import CaseLine
from tasks.list_messages import MessageRow
from tasks.preview_messages import PreviewLine
from tasks.record_answer import Recorded
from tasks.show_case import CaseSheet, ReportLine, RiskLine, StepLine
from tasks.show_status import Status
from tasks.show_step import StepSheet
from tasks.sweep_deadlines import Swept
from tests.house.tree import ROOT

DOCUMENT = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
INSIDE_ONLY = {"codes"}  # of a step: given with each question instead


def test_every_command_is_documented() -> None:
    words: list[str] = []
    for name in COMMANDS:
        command = loaded(name)
        words += [f"{name} {sub}" for sub in command.commands] if isinstance(command, TyperGroup) else [name]
    assert [word for word in words if f"`{word} " not in DOCUMENT and f"`{word}`" not in DOCUMENT] == []


def test_every_key_of_the_json_is_documented() -> None:
    printed = (CaseLine, CaseSheet, StepLine, ReportLine, RiskLine, StepSheet, Recorded, MessageRow, PreviewLine)
    told = (*printed, Status, Swept, Check)
    keys = {field.name for kind in told for field in fields(kind)} - INSIDE_ONLY
    assert {key for key in keys if f"`{key}`" not in DOCUMENT} == set()
