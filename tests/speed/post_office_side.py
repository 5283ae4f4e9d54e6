"""How fast does django-post_office send a newsletter? The half of post_office.py that runs where it is installed.

It gets one JSON object: `database` (a PostgreSQL URL), `port` of the mail server, `mails`, and `subject`, `text` and
`html` as Django templates. The last line that it writes is one with the seconds of `queueing` and of `handing_over`,
and the number `sent`.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main(asked: dict[str, Any]) -> None:
    """Queue the mails, rendered when they are delivered as ours are, then deliver them."""
    _configure(asked)
    from django.core.management import call_command
    from post_office import mail
    from post_office.models import STATUS, Email, EmailTemplate

    call_command("migrate", verbosity=0)
    Email.objects.all().delete()
    content = {"subject": asked["subject"], "content": asked["text"], "html_content": asked["html"]}
    template, _ = EmailTemplate.objects.update_or_create(name="newsletter", defaults=content)
    began = time.perf_counter()
    for start in range(0, asked["mails"], 500):
        numbers = range(start, min(start + 500, asked["mails"]))
        mail.send_many([_mail(number, template) for number in numbers])
    queued = time.perf_counter()
    call_command("send_queued_mail", processes=1, verbosity=0)
    sent = time.perf_counter()
    outcome = {"queueing": queued - began, "handing_over": sent - queued}
    outcome["sent"] = Email.objects.filter(status=STATUS.sent).count()
    sys.stdout.write(json.dumps(outcome) + "\n")


def _configure(asked: dict[str, Any]) -> None:
    """Defaults throughout, but for where the database and the mail server are."""
    import django
    from django.conf import settings
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(asked["database"])
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    place = {name: parts.get(part, "") for name, part in names.items()}
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **place}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "post_office"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=asked["port"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()


def _mail(number: int, template: Any) -> dict[str, Any]:
    contact = {"first_name": f"Ann{number}", "city": "Oslo", "plan": "free" if number % 3 else "pro"}
    return {
        "recipients": f"person{number}@load.example",
        "sender": "Shop <shop@load.example>",
        "template": template,
        "context": {"contact": contact, "unsubscribe_url": f"https://shop.example/u/{number:080d}"},
        "headers": {"List-Unsubscribe": f"<https://shop.example/u/{number:080d}>"},
        "render_on_delivery": True,
    }


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
