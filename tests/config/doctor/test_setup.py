"""Does the doctor see templates, senders and settings that are not as they should be?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.checks.registry import registry
from django.core.management import call_command

from config.doctor import content, environment, senders
from config.queues import STREAMS
from notifications.compose.models import Publication
from notifications.delivery import senders as identities
from notifications.delivery.models import SenderDomain, WarmupPlan
from tests.config.doctor.asking import ask, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _senders(settings: Any) -> Iterator[None]:
    settings.POSTRIDER_SENDERS = {"default": "Acme <hello@acme.test>"}
    identities.forget()
    yield
    identities.forget()


def test_types_without_a_published_template() -> None:
    [(severity, what)] = ask(content.find_missing_templates)
    assert severity == "broken"
    assert "password-reset" in what


def test_synced_templates_are_not_mentioned() -> None:
    call_command("sync_templates", verbosity=0)
    assert ask(content.find_missing_templates) == []
    assert ask(content.find_unpublished_changes) == []


def test_files_that_differ_from_what_is_sent() -> None:
    call_command("sync_templates", verbosity=0)
    Publication.objects.filter(template__key="welcome").delete()
    assert ask(content.find_unpublished_changes) == [
        ("warning", "Template files differ from what is sent: welcome."),
    ]


def test_a_template_file_with_a_fault(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "templates" / "emails"
    folder.mkdir(parents=True)
    (folder / "bad.mjml").write_text("---\nsubjekt: Hello\n---\n", encoding="utf-8")
    settings.BASE_DIR = tmp_path
    assert any("bad.mjml:2" in what for _, what in ask(content.find_unpublished_changes))


def test_a_domain_that_holds_marketing_back() -> None:
    make_account("post", *STREAMS)
    SenderDomain.objects.create(domain="acme.test", verdict="unfit")
    assert ask(senders.find_unfit_domains) == [
        (
            "broken",
            "The domain acme.test lacks records that mailbox providers ask for: its marketing mail is held.",
        ),
    ]


def test_a_domain_that_was_never_checked() -> None:
    make_account("post", *STREAMS)
    assert ask(senders.find_unfit_domains) == [
        ("broken", "The domain acme.test was never checked: its marketing mail is held."),
    ]


def test_a_fit_domain_is_not_mentioned() -> None:
    make_account("post", *STREAMS)
    SenderDomain.objects.create(domain="acme.test", verdict="fit")
    assert ask(senders.find_unfit_domains) == []


def test_production_mail_from_the_example_address(settings: Any) -> None:
    settings.POSTRIDER_SENDERS = {"default": "Postrider <hello@postrider.example>"}
    settings.IS_PRODUCTION = True
    [(severity, what)] = ask(senders.find_example_sender)
    assert severity == "broken"
    assert "postrider.example" in what


def test_a_warmup_that_is_held() -> None:
    WarmupPlan.objects.create(provider=make_account("post"), from_domain="acme.test", held_reason="bounces")
    [(severity, what)] = ask(senders.find_held_warmups)
    assert severity == "warning"
    assert what == "The warm-up of Post for acme.test is held: more than 3% of the mail bounced."


def test_where_mail_goes_from_here() -> None:
    [(severity, what)] = ask(environment.find_mail_road)
    assert severity == "note"
    assert what.startswith("Only the provider simulator is called")


def test_a_sandbox_with_an_allow_list(settings: Any) -> None:
    settings.POSTRIDER_ALLOW_REAL_PROVIDERS, settings.POSTRIDER_ALLOWED_RECIPIENTS = True, ["@acme.test"]
    [(_, what)] = ask(environment.find_mail_road)
    assert what == "Real providers are on, for 1 allowed recipients or domains."


def test_a_simulated_account_in_production(settings: Any) -> None:
    make_account("post", *STREAMS, is_simulated=True)
    settings.IS_PRODUCTION = True
    [(severity, what)] = ask(environment.find_simulated_accounts)
    assert severity == "broken"
    assert "Post" in what


def test_what_the_system_checks_say(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(**_: Any) -> list[checks.CheckMessage]:
        return [checks.Error("Something is set wrongly.", hint="Set it rightly.", id="shop.E001")]

    monkeypatch.setattr(registry, "registered_checks", {*registry.registered_checks, _tagged(fault)})
    assert ("broken", "Something is set wrongly. (shop.E001)") in ask(environment.find_check_faults)


def _tagged(check: Any) -> Any:
    check.tags = ()
    return check
