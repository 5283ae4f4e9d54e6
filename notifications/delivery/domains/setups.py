"""Which records does each kind of provider ask for? From their documentation, as cited at each.

What only the provider's own page can tell (tokens, account numbers) stands in capitals, and the note says where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notifications.delivery.domains.findings import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A kind's records. `{domain}` in them is the domain that is set up with the provider."""

    label: str
    docs_url: str
    #: DKIM selectors that are the same for every customer; empty where each gets its own, which staff has to tell us.
    selectors: tuple[str, ...] = ()
    #: What SPF has to allow on the domain of the envelope, where that is a domain of the customer's own.
    spf_include: str = ""
    #: Below the From domain: the envelope's domain by default; "" where the envelope's domain is chosen or unknown.
    return_path: str = ""
    dkim_records: tuple[Record, ...] = ()
    return_path_records: tuple[Record, ...] = ()


_SENDGRID_NOTE = "u1234567.wl123 is your account's: SendGrid, Settings > Sender Authentication, shows the exact values."
_SES_NOTE = "SES, Identities > the domain > Authentication, lists the three tokens; type each as a selector here too."
_REGION_NOTE = "REGION is the one you send from, such as us-east-1."

_SES = Setup(
    label="Amazon SES",
    docs_url="https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html",
    spf_include="amazonses.com",
    dkim_records=tuple(
        Record(type="CNAME", name=f"TOKEN{one}._domainkey.{{domain}}", value=f"TOKEN{one}.dkim.amazonses.com",
               note=_SES_NOTE)
        for one in (1, 2, 3)
    ),
    return_path_records=(
        Record(type="MX", name="bounce.{domain}", value="10 feedback-smtp.REGION.amazonses.com",
               note=f"For a custom MAIL FROM domain; `bounce` is yours to choose. {_REGION_NOTE}"),
        Record(type="TXT", name="bounce.{domain}", value="v=spf1 include:amazonses.com ~all"),
    ),
)  # fmt: skip

SETUPS: Mapping[str, Setup] = {
    "mailgun": Setup(
        label="Mailgun",
        docs_url="https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domains-verify",
        # Automatic sender security; accounts from before it have one of the others.
        selectors=("pdk1", "pdk2", "mx", "pic", "smtp", "k1", "mailo", "krs"),
        spf_include="mailgun.org",
        dkim_records=(
            Record(type="CNAME", name="pdk1._domainkey.{domain}", value="PDK1-TARGET",
                   note="Mailgun, Send > Sending > Domain settings > DNS records, shows both targets."),
            Record(type="CNAME", name="pdk2._domainkey.{domain}", value="PDK2-TARGET"),
        ),
    ),
    "sendgrid": Setup(
        label="SendGrid",
        docs_url="https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication",
        selectors=("s1", "s2"),
        dkim_records=(
            Record(type="CNAME", name="s1._domainkey.{domain}", value="s1.domainkey.u1234567.wl123.sendgrid.net",
                   note=_SENDGRID_NOTE),
            Record(type="CNAME", name="s2._domainkey.{domain}", value="s2.domainkey.u1234567.wl123.sendgrid.net",
                   note=_SENDGRID_NOTE),
        ),
        return_path_records=(
            Record(type="CNAME", name="em1234.{domain}", value="u1234567.wl123.sendgrid.net", note=_SENDGRID_NOTE),
        ),
    ),
    "postmark": Setup(
        label="Postmark",
        docs_url="https://postmarkapp.com/support/article/1113-how-do-i-manage-domains-using-the-api",
        return_path="pm-bounces",
        dkim_records=(
            Record(type="TXT", name="20260101000000pm._domainkey.{domain}", value="k=rsa;p=PUBLIC-KEY",
                   note="Postmark, Sender Signatures > the domain > DNS settings, shows name and value;"
                        " type the part before ._domainkey as a selector here too."),
        ),
        return_path_records=(Record(type="CNAME", name="pm-bounces.{domain}", value="pm.mtasv.net"),),
    ),
    "ses": _SES,
    "amazon_ses": _SES,
    "sparkpost": Setup(
        label="SparkPost",
        docs_url="https://developers.sparkpost.com/api/sending-domains/",
        dkim_records=(
            Record(type="TXT", name="scph0123._domainkey.{domain}", value="v=DKIM1; k=rsa; h=sha256; p=PUBLIC-KEY",
                   note="SparkPost, Domains > Sending Domains > the domain, shows name and value;"
                        " type the part before ._domainkey as a selector here too."),
        ),
        return_path_records=(
            Record(type="CNAME", name="bounces.{domain}", value="sparkpostmail.com",
                   note="A bounce domain; `bounces` is yours to choose. In the EU: eu.sparkpostmail.com."),
        ),
    ),
    "brevo": Setup(
        label="Brevo",
        docs_url="https://developers.brevo.com/docs/domain-authentication-and-verification",
        selectors=("brevo1", "brevo2", "mail"),  # `mail` for domains set up by TXT
        dkim_records=(
            Record(type="CNAME", name="brevo1._domainkey.{domain}", value="b1.{dashed}.dkim.brevo.com",
                   note="Brevo, Senders, Domains & Dedicated IPs > Domains, shows the exact values."),
            Record(type="CNAME", name="brevo2._domainkey.{domain}", value="b2.{dashed}.dkim.brevo.com"),
        ),
    ),
    "mailjet": Setup(
        label="Mailjet",
        docs_url="https://documentation.mailjet.com/hc/en-us/articles/"
                 "360049641733-Authenticating-Domains-with-SPF-and-DKIM-A-Complete-Guide",
        selectors=("mailjet",),
        spf_include="spf.mailjet.com",
        dkim_records=(
            Record(type="TXT", name="mailjet._domainkey.{domain}", value="k=rsa; p=PUBLIC-KEY",
                   note="Mailjet, Account settings > Sender domains & addresses > Setup SPF/DKIM, shows the value."),
        ),
    ),
    "resend": Setup(
        label="Resend",
        docs_url="https://resend.com/docs/dashboard/domains/introduction",
        selectors=("resend",),
        return_path="send",
        dkim_records=(
            Record(type="TXT", name="resend._domainkey.{domain}", value="p=PUBLIC-KEY",
                   note="Resend, Domains > the domain, shows the value."),
        ),
        return_path_records=(
            Record(type="MX", name="send.{domain}", value="10 feedback-smtp.REGION.amazonses.com", note=_REGION_NOTE),
            Record(type="TXT", name="send.{domain}", value="v=spf1 include:amazonses.com ~all"),
        ),
    ),
    "smtp": Setup(
        label="SMTP",
        docs_url="https://www.rfc-editor.org/rfc/rfc6376#section-3.6.2.1",
        dkim_records=(
            Record(type="TXT", name="SELECTOR._domainkey.{domain}", value="v=DKIM1; k=rsa; p=PUBLIC-KEY",
                   note="Your mail server signs with it; type its selector here too. An RSA key of 2048 bits."),
        ),
    ),
}  # fmt: skip

_NOBODY = SETUPS["smtp"]


def setup_of(kind: str) -> Setup:
    """What a kind asks for; of an unknown one, what every mail server needs."""
    return SETUPS.get(kind, _NOBODY)


def fill_in(records: tuple[Record, ...], *, domain: str) -> tuple[Record, ...]:
    """A setup's records for one domain."""
    names = {"domain": domain, "dashed": domain.replace(".", "-")}
    return tuple(
        Record(type=one.type, name=one.name.format_map(names), value=one.value.format_map(names), note=one.note)
        for one in records
    )
