"""How is a cohort counted? In one pass over its mails and what people and machines did with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from config.ids import TIMELESS, id_floor
from tracking.figures.families import device_expression, domains, zones

#: What is counted, in the order of the columns, with the time at which it counts.
COUNTS = {
    "sent": "sent_at", "delivered": "delivered_at", "opened": "opened_at", "machine_opened": "machine_opened_at",
    "clicked": "clicked_at", "scanner_clicked": "scanner_clicked_at", "bounced": "bounced_at",
    "complained": "complained_at", "unsubscribed": "unsubscribed_at",
}  # fmt: skip

#: Of PostgreSQL's, for this transaction: a large cohort is sorted and hashed several times over.
WORK_MEMORY = "64MB"


def count_cohort(cohort: datetime) -> None:
    """Replace the figures of a cohort. The caller holds its lock, so that no older count overwrites a newer one."""
    zone_names, countries = zones()
    domain_names, mailboxes = domains()
    values: dict[str, Any] = {
        "cohort": cohort, "floor": id_floor(cohort), "ceiling": id_floor(cohort + timedelta(hours=1)),
        "touched_from": id_floor(cohort - timedelta(days=1)), "timeless": TIMELESS,
        "zones": zone_names, "countries": countries, "domains": domain_names, "mailboxes": mailboxes,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        cursor.execute("DELETE FROM tracking_figure WHERE cohort = %(cohort)s", values)
        cursor.execute(_COUNT, values)


# What a provider reported on was sent, also where its answer to the call was lost. Test mails are nobody's figures.
_MAILS = """
    SELECT m.id, CASE WHEN m.source LIKE 'event:%%' THEN '' ELSE m.source END AS source, m.type_key,
           coalesce(m.sent_at, m.delivered_at, m.bounced_at) AS sent_at, m.delivered_at, m.opened_at, m.clicked_at,
           m.bounced_at, m.complained_at, m.unsubscribed_at, m.template_version_id,
           CASE WHEN m.recipient_domain = '' THEN '' ELSE coalesce(d.mailbox, 'other') END AS mailbox,
           coalesce(z.country, upper(substring(p.locale FROM '[-_]([A-Za-z]{2})$')), '') AS country,
           p.locale
      FROM tracking_message m JOIN preferences_contact p ON p.id = m.contact_id
      LEFT JOIN unnest(%(domains)s::text[], %(mailboxes)s::text[]) AS d(domain, mailbox)
             ON d.domain = m.recipient_domain
      LEFT JOIN unnest(%(zones)s::text[], %(countries)s::text[]) AS z(zone, country) ON z.zone = p.time_zone
     WHERE m.id >= %(floor)s AND m.id < %(ceiling)s AND m.source NOT LIKE 'test:%%'
       AND coalesce(m.sent_at, m.delivered_at, m.opened_at, m.clicked_at, m.bounced_at, m.complained_at,
                    m.unsubscribed_at) IS NOT NULL
"""
# Reports about a mail are no older than the mail, but for the clocks of providers, for which a day is left. Those
# without a time have ids of 1970.
_TOUCHES = """
    SELECT e.message_id, e.kind, e.is_machine, e.occurred_at, e.id, left(e.detail ->> 'link', 12) AS link,
           left(e.detail ->> 'reason', 80) AS reason, coalesce(e.detail ->> 'user_agent', '') AS agent
      FROM mails m JOIN tracking_messageevent e ON e.message_id = m.id
     WHERE e.kind IN ('opened', 'clicked', 'unsubscribed') AND (e.id >= %(touched_from)s::uuid OR e.id < %(timeless)s)
"""
# Few mail programs read many mails, so each is looked up once.
_PROGRAMS = f"SELECT agent, {device_expression('agent')} AS device FROM (SELECT DISTINCT agent FROM touches) t"
_READ = """
    SELECT t.message_id,
           min(t.occurred_at) FILTER (WHERE t.kind = 'opened' AND t.is_machine) AS machine_opened_at,
           min(t.occurred_at) FILTER (WHERE t.kind = 'clicked' AND t.is_machine) AS scanner_clicked_at,
           (array_agg(p.device ORDER BY t.is_machine, t.occurred_at, t.id) FILTER (WHERE t.agent <> ''))[1] AS device,
           (array_agg(t.reason ORDER BY t.occurred_at DESC, t.id DESC)
                FILTER (WHERE t.kind = 'unsubscribed' AND t.reason IS NOT NULL))[1] AS reason
      FROM touches t JOIN programs p ON p.agent = t.agent GROUP BY t.message_id
"""
_SUMS = ", ".join(f"count({at})" for at in COUNTS.values())
_BY_HOUR = ", ".join(f"coalesce(sum(number) FILTER (WHERE fact = '{name}'), 0)" for name in COUNTS)
_FACTS = ", ".join(f"('{name}', {at})" for name, at in COUNTS.items())
_COUNT = f"""
    WITH mails AS MATERIALIZED ({_MAILS}), touches AS MATERIALIZED ({_TOUCHES}),
    programs AS MATERIALIZED ({_PROGRAMS}), reads AS ({_READ}),
    whole AS MATERIALIZED (
        SELECT m.*, r.machine_opened_at, r.scanner_clicked_at, coalesce(r.device, '') AS device,
               coalesce(r.reason, '') AS reason
          FROM mails m LEFT JOIN reads r ON r.message_id = m.id
    ),
    hours AS (
        SELECT source, type_key, f.fact, date_trunc('hour', f.at, 'UTC') AS hour, count(*) AS number
          FROM whole CROSS JOIN LATERAL (VALUES {_FACTS}) AS f(fact, at) WHERE f.at IS NOT NULL
         GROUP BY source, type_key, f.fact, 4
    ),
    paid AS MATERIALIZED (
        SELECT m.*, c.currency, c.amount, c.refunds, c.occurred_at FROM mails m
          JOIN tracking_conversion c ON c.message_id = m.id
    ),
    rows AS (
        SELECT source, type_key,
               CASE WHEN GROUPING(mailbox) = 0 THEN 'mailbox' WHEN GROUPING(device) = 0 THEN 'device'
                    WHEN GROUPING(country) = 0 THEN 'country' WHEN GROUPING(locale) = 0 THEN 'locale' ELSE 'all' END,
               coalesce(CASE WHEN GROUPING(mailbox) = 0 THEN mailbox WHEN GROUPING(device) = 0 THEN device
                             WHEN GROUPING(country) = 0 THEN country WHEN GROUPING(locale) = 0 THEN locale END, ''),
               {_SUMS}, 0::bigint, 0::bigint
          FROM whole
         GROUP BY GROUPING SETS ((source, type_key), (source, type_key, mailbox), (source, type_key, device),
                                 (source, type_key, country), (source, type_key, locale))
        UNION ALL
        SELECT source, type_key, 'hour', to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24'), {_BY_HOUR}, 0, 0
          FROM hours GROUP BY source, type_key, hour
        UNION ALL
        SELECT source, type_key, 'reason', reason, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0
          FROM whole WHERE unsubscribed_at IS NOT NULL GROUP BY source, type_key, reason
        UNION ALL
        SELECT m.source, m.type_key, 'link', concat(m.template_version_id, '/', t.link), 0, 0, 0, 0,
               count(DISTINCT m.id) FILTER (WHERE NOT t.is_machine), count(DISTINCT m.id) FILTER (WHERE t.is_machine),
               0, 0, 0, 0, 0
          FROM mails m JOIN touches t ON t.message_id = m.id WHERE t.kind = 'clicked' AND t.link IS NOT NULL
         GROUP BY m.source, m.type_key, m.template_version_id, t.link
        UNION ALL
        SELECT source, type_key, 'currency', currency, 0, 0, 0, 0, 0, 0, 0, 0, 0,
               count(*) FILTER (WHERE refunds = ''), sum(amount) FROM paid GROUP BY source, type_key, currency
        UNION ALL
        SELECT source, type_key, 'revenue_day',
               concat(to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD '), currency), 0, 0, 0, 0, 0, 0, 0, 0, 0,
               count(*) FILTER (WHERE refunds = ''), sum(amount) FROM paid GROUP BY source, type_key, 4
    )
    INSERT INTO tracking_figure (cohort, source, type_key, axis, value, {", ".join(COUNTS)}, conversions, revenue)
    SELECT %(cohort)s, rows.* FROM rows
"""
