"""Does the README tell the truth: do its commands exist, and does its example send a mail?"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config.management.commands.up import Command as Up
from notifications.catalog.registry import declare
from notifications.compose.source import read_template
from notifications.compose.versions import publish
from tests.docs.pages import ROOT, blocks, read
from tests.simulator.process import Process
from tracking.models import Message


def _commands() -> list[str]:
    return [line for block in blocks("README.md", "shell") for line in block.splitlines() if line]


@pytest.mark.parametrize("line", _commands())
def test_its_commands_exist(line: str) -> None:
    script, *options = line.split()
    assert os.access(ROOT / script, os.X_OK)
    if script == "scripts/up":
        Up().create_parser("manage.py", "up").parse_args(options)


def test_it_begins_with_the_two_commands() -> None:
    assert _commands() == ["scripts/up --demo", "scripts/test"]


def test_its_map_names_folders_that_exist() -> None:
    table = read("README.md").partition("## The folders")[2].partition("##")[0]
    named = [one.strip("` ") for line in table.splitlines()[4:] if line for one in line.split("|")[1].split(",")]
    assert len(named) > 8
    assert [one for one in named if not (ROOT / one).is_dir()] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("new_types", "providers")
def test_its_example_sends_a_mail(mailbox: Process, work: Callable[[], None], tmp_path: Path) -> None:
    declaration, raising = blocks("README.md", "python")
    [template] = blocks("README.md", "html")
    names: dict[str, Any] = {"__name__": "booking.notifications"}
    exec(compile(declaration, "README.md", "exec"), names)
    kind = declare(names["BookingConfirmation"])
    file = tmp_path / f"{kind.template}.mjml"
    file.write_text(template, encoding="utf-8")
    layouts = [ROOT / "templates" / "emails" / "layouts"]
    publish(kind.template, read_template(file, name=file.name, layouts=layouts), author="tests")
    exec(compile(raising, "README.md", "exec"), {"booking": SimpleNamespace(email="ada@example.com", pk=7)})
    work()
    assert Message.objects.get().state == "sent"
    [mail] = mailbox.mails()
    assert mail["subject"] == "The blue room is yours"
    assert "Hello there, see you for 3 nights." in mail["text"]
