from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Q

from demo.models import Order
from notifications.delivery.mail import show_mail
from notifications.delivery.models import Call
from preferences.models import Contact, SignUpForm
from tracking.models import Message, MessageEvent

pytestmark = pytest.mark.django_db


def fill() -> str:
    out = StringIO()
    call_command("demo_data", stdout=out, stderr=StringIO())
    return out.getvalue().splitlines()[-1]


def count_all() -> tuple[int, ...]:
    return (Contact.objects.count(), Order.objects.count(), MessageEvent.objects.count())


@pytest.mark.slow
def test_a_shop_with_a_past() -> None:
    """One long test: filling takes seconds, each look at it milliseconds."""
    assert fill() == "admin / postrider-demo"
    before = count_all()
    assert before[0] == 2034  # with those who never confirmed a sign-up
    assert fill() == "admin / postrider-demo"
    assert count_all() == before
    messages = Message.objects.all()
    assert not messages.filter(sent_at__lt=F("created_at")).exists()
    assert not messages.filter(Q(state="delivered") & Q(delivered_at=None)).exists()
    delivered = MessageEvent.objects.filter(kind="delivered").values("message")
    assert messages.filter(state="delivered").count() == delivered.distinct().count()
    assert {"skipped", "cancelled", "delivered", "sent"} <= set(messages.values_list("state", flat=True))
    clicked = messages.filter(type_key="order-confirmation", clicked_at__isnull=False).first()
    assert clicked is not None
    shown = show_mail(Call.objects.get(pk=clicked.call_ids[0]), clicked.pk)
    assert shown is not None
    assert "Your order P-" in shown.subject
    for form in SignUpForm.objects.all():
        assert form.sign_ups.filter(confirmed_at=None).exists()
        assert form.sign_ups.filter(confirmed_at__gt=F("requested_at")).exists()


def test_not_in_production(settings: pytest.FixtureRequest) -> None:
    settings.POSTRIDER_ENV = "production"  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="not for production"):
        fill()
