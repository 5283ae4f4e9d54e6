from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.catalog import secret_paths
from notifications.compose.compilation import digest_source
from notifications.compose.export import files_of, versions_to_export
from notifications.compose.models import Origin, Template, TemplateVersion
from notifications.compose.source import Piece
from notifications.compose.versions import publish
from tests.notifications.compose.amp.documents import document
from tests.notifications.compose.making import read, source, text

EDGE_SPACES = ["plain", " led by a space", '"quoted"', "'single'", "a: colon", "# no comment", "ends "]


def version_of(made):
    return TemplateVersion(
        template=Template(key=made.key), locale=made.locale, subject_source=made.subject.text,
        preheader_source=made.preheader.text, mjml_source=made.body.text, layout=made.layout_name,
        text_source=made.text.text if made.text else "", sms_source="", amp_source="", defaults=made.defaults,
    )  # fmt: skip


lines = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\x85")).filter(str.strip)


@settings(deadline=None)
@given(
    subject=lines | st.sampled_from(EDGE_SPACES),
    preheader=st.just("") | lines,
    body=st.text(st.characters(exclude_categories=("Cc", "Cs"))),
    defaults=st.dictionaries(st.from_regex(r"[a-z]+(\.[a-z]+)?", fullmatch=True), lines | st.integers()),
)
def test_what_is_exported_reads_as_the_same(tmp_path_factory, subject, preheader, body, defaults):
    made = source(body, subject=subject, preheader=preheader, defaults=defaults)
    folder = tmp_path_factory.mktemp("emails")
    for name, written in files_of(version_of(made)).items():
        (folder / name).write_text(written, encoding="utf-8", newline="\n")
    again = read(folder / "sample.mjml")
    assert (again.subject.text, again.preheader.text, again.body.text) == (subject, preheader, body)
    assert again.defaults == defaults


@pytest.mark.django_db
def test_what_the_console_published_comes_back_by_its_file(tmp_path, capsys):
    amp = Piece(text=document("<p>Hallo {{ contact.first_name }}</p>"), file="x")
    german = replace(source(text("Hallo"), text="Hallo von Hand"), locale="de", amp=amp)
    publish("sample", german, author="ada", origin=Origin.CONSOLE)
    call_command("export_templates", "--to", str(tmp_path))
    assert "sync_templates --reclaim sample" in capsys.readouterr().out
    again = read(tmp_path / "sample.de.mjml")
    assert again.text is not None
    assert again.amp is not None
    assert (again.amp.text, again.amp.file) == (amp.text, "sample.de.amp.html")
    assert (again.locale, again.text.text) == ("de", "Hallo von Hand")
    [version] = versions_to_export()
    again = replace(again, layout=german.layout)
    assert digest_source(again, secrets=secret_paths("sample")) == version.content_digest


@pytest.mark.django_db
def test_templates_in_code_are_not_exported(tmp_path):
    publish("sample", source(text("Hello")), author="ada")
    with pytest.raises(CommandError, match="not published in the console: sample"):
        call_command("export_templates", "sample", "--to", str(tmp_path))
