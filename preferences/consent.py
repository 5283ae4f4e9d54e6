"""What did a person agree to, and in which words? The only writer of the consent ledger and of its wordings."""

from __future__ import annotations

from django.db import connection, transaction

from preferences.models import ConsentRecord, ConsentWording, Contact, Topic

Action = ConsentRecord.Action


def record_consent(
    contact: Contact,
    action: ConsentRecord.Action,
    *,
    topic: Topic | None = None,
    wording: ConsentWording | None = None,
    source: str,
    ip: str | None = None,
) -> ConsentRecord:
    """Add an entry to the ledger; nothing in it is ever changed. Without a topic it is about everything.

    `source` says where: "form:newsletter", "preference page", "import:12". It outlives the person, so it never
    holds an address.
    """
    return ConsentRecord.objects.create(
        contact=contact, action=action, topic=topic, wording=wording, source=source[:64], ip=ip
    )


def latest_wording(key: str, *, locale: str = "en") -> ConsentWording | None:
    """The newest version of a text, or None where nobody has written it."""
    return ConsentWording.objects.filter(key=key, locale=locale).order_by("-version").first()


@transaction.atomic
def publish_wording(key: str, text: str, locale: str = "en") -> ConsentWording:
    """The version with this text: the newest one where it says just that, else a new one.

    Whoever agreed to an older version keeps it: entries of the ledger point at the version that was shown.
    """
    with connection.cursor() as cursor:  # two editors at once would both take the next number
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"consent wording {key} {locale}"])
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    newest = latest_wording(key, locale=locale)
    if newest is not None and newest.text == text:
        return newest
    version = newest.version + 1 if newest else 1
    return ConsentWording.objects.create(key=key, version=version, locale=locale, text=text)
