"""Does each variant of a test reach its people, and the chosen one the rest, each person once?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from campaigns.audit import Actor
from campaigns.experiments.assignment import assign
from campaigns.models import AuditEntry, Campaign, CampaignRecipient, CampaignRun
from campaigns.sending import control, feeding, freezing, looking_after, starting
from campaigns.sending.figures import count_figures
from campaigns.sending.receipt import write_receipt
from campaigns.sending.states import Refused, S
from campaigns.variants import deciding
from campaigns.variants.plan import shares_of
from config import clock
from config.ids import new_id
from notifications.compose.models import TemplateVersion
from notifications.compose.publications import point_at
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_campaign, subjects
from tests.people import make_contacts
from tests.simulator.process import Process
from tests.types import publish_template
from tracking.models import Message

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db]

ARI = Actor(id=7, name="ari")
LATER = timedelta(hours=4, minutes=1)


class Killed(Exception):
    """Stands for a process that died in the middle of a transaction."""


def make_test(*written: str, **fields: Any) -> Campaign:
    """A campaign that tests these subjects on half of its people."""
    given = {"test_percent": 50, "test_hours": 4, "variants": subjects(*(written or ("", "Save now")))}
    return make_campaign(**{**given, **fields})


def arms(campaign: Campaign) -> Counter[str]:
    return Counter(CampaignRecipient.objects.filter(campaign=campaign).values_list("variant", flat=True))


def subjects_sent(campaign: Campaign) -> dict[int, str]:
    """By contact, from the versions of the messages."""
    versions = dict(TemplateVersion.objects.values_list("pk", "subject_source"))
    rows = Message.objects.filter(source=campaign.source).values_list("contact_id", "template_version_id")
    return {contact: versions[version] for contact, version in rows if version}


def click(campaign: Campaign, key: str, number: int, *, at: datetime | None = None) -> None:
    """So many people of a variant click."""
    people = CampaignRecipient.objects.filter(campaign=campaign, variant=key).values("contact_id")
    ids = (
        Message.objects.filter(source=campaign.source, contact_id__in=people).order_by("pk").values_list("pk")[:number]
    )
    Message.objects.filter(pk__in=[one[0] for one in ids]).update(clicked_at=at or clock.now())


def run_test(run_campaign: Callable[[Campaign], Campaign], campaign: Campaign, clicks: Sequence[int]) -> CampaignRun:
    """Send the test, have people click, and let the time pass."""
    run_campaign(campaign)
    for key, number in zip("abcde", clicks, strict=False):
        click(campaign, key, number)
    with clock.shifted(LATER):
        run_campaign(campaign)
    return CampaignRun.objects.get(pk=campaign.pk)


def test_the_database_assigns_as_the_function_does() -> None:
    people = make_contacts(500)
    campaign = make_test("", "Two", "Three", test_percent=60)
    look_after_all()
    found = dict(CampaignRecipient.objects.filter(campaign=campaign).values_list("contact_id", "variant"))
    expected = {one.pk: assign(campaign.source, one.pk, shares=shares_of(campaign)) for one in people}
    assert found == expected
    assert set(found.values()) == {"a", "b", "c", ""}


def test_shares_are_even_and_the_same_whenever_it_is_frozen() -> None:
    make_contacts(1200)
    campaign = make_test("", "Two", "Three", test_percent=60)
    look_after_all()
    counted = arms(campaign)
    assert all(abs(counted[one] - 240) < 60 for one in "abc")
    first = set(CampaignRecipient.objects.filter(campaign=campaign).values_list("contact_id", "variant"))
    with transaction.atomic():
        CampaignRecipient.objects.filter(campaign=campaign).delete()
        CampaignRun.objects.filter(pk=campaign.pk).delete()
        Campaign.objects.filter(pk=campaign.pk).update(state="scheduled")
        look_after_all()
    assert set(CampaignRecipient.objects.filter(campaign=campaign).values_list("contact_id", "variant")) == first


def test_only_who_takes_part_gets_it_before_the_time_is_over(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(40)
    campaign = run_campaign(make_test())
    counted = arms(campaign)
    assert campaign.state == S.SENDING
    assert Message.objects.filter(source=campaign.source).count() == counted["a"] + counted["b"]
    assert Counter(subjects_sent(campaign).values()) == {
        "Spring, {{ contact.first_name }}": counted["a"], "Save now": counted["b"],
    }  # fmt: skip
    count_figures(campaign, at=clock.now())
    assert write_receipt(campaign).is_balanced


def test_the_rest_gets_the_winner_once_as_the_simulator_saw(
    run_campaign: Callable[[Campaign], Campaign], mailbox: Process
) -> None:
    people = make_contacts(300)
    campaign = make_test("", "Save now, {{ contact.first_name }}")
    run = run_test(run_campaign, campaign, (2, 60))
    counted = arms(campaign)
    campaign.refresh_from_db()
    assert (run.chosen_variant, campaign.state) == ("b", S.FINISHED)
    assert "B gets more clicks" in run.test_verdict["sentence"]
    assert AuditEntry.objects.get(action="chose variant B for the rest").actor == ""
    seen = Counter(accepted(mailbox))
    assert set(seen.values()) == {1}
    of_a = {one.contact.email for one in campaign.recipients.filter(variant="a").select_related("contact")}
    expected = {
        one.email: f"Spring, {one.first_name}" if one.email in of_a else f"Save now, {one.first_name}" for one in people
    }
    assert dict(seen.keys()) == expected
    assert len(of_a) == counted["a"]
    count_figures(campaign, at=clock.now())
    assert write_receipt(campaign).is_balanced


def accepted(mailbox: Process) -> list[tuple[str, str]]:
    """What the simulated providers took: addresses and subjects."""
    return [
        (one["recipient"], mailbox.control("GET", f"accepts/{one['number']}/mail")["subject"])
        for one in mailbox.accepts()
    ]


def test_without_a_difference_the_rest_gets_the_first(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(100)
    campaign = make_test()
    run = run_test(run_campaign, campaign, (2, 3))
    assert run.chosen_variant == "a"
    assert "No difference can be told" in run.test_verdict["sentence"]
    assert Message.objects.filter(source=campaign.source).count() == 100


def test_nobody_clicked_is_no_difference(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(40)
    run = run_test(run_campaign, make_test(), (0, 0))
    assert (run.chosen_variant, run.test_verdict["answer"]) == ("a", "no_difference")
    assert run.test_verdict["sentence"] == "Nobody clicked in any variant: no difference can be told."


@pytest.mark.parametrize(("ending", "clicks"), [("ask", (0, 60)), ("winner_only", (2, 3))])
def test_somebody_is_asked_and_says_what_the_rest_gets(
    run_campaign: Callable[[Campaign], Campaign], ending: str, clicks: Sequence[int]
) -> None:
    make_contacts(200)
    campaign = make_test(test_ending=ending)
    run = run_test(run_campaign, campaign, clicks)
    before = Message.objects.filter(source=campaign.source).count()
    assert (run.chosen_variant, run.test_asked_at is None) == ("", False)
    assert before < 200
    with clock.shifted(timedelta(days=3)):
        run_campaign(campaign)
        assert Message.objects.filter(source=campaign.source).count() == before
        deciding.choose(campaign.pk, "b", at=clock.now(), by=ARI)
        assert run_campaign(campaign).state == S.FINISHED
    rest = set(campaign.recipients.filter(variant="").values_list("contact_id", flat=True))
    assert {subject for contact, subject in subjects_sent(campaign).items() if contact in rest} == {"Save now"}
    assert AuditEntry.objects.get(action="chose variant B for the rest").actor == "ari"


def test_everybody_takes_part_where_that_was_said(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(30)
    campaign = run_campaign(make_test(test_percent=100))
    assert campaign.state == S.FINISHED
    assert set(arms(campaign)) == {"a", "b"}
    with pytest.raises(Refused, match="no such variant"):
        deciding.choose(campaign.pk, "b", at=clock.now(), by=ARI)


def test_what_cannot_be_chosen(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(30)
    campaign = make_test()
    starting.start_due()
    looking_after.freeze_waiting()
    with pytest.raises(Refused, match="still leaving"):
        deciding.choose(campaign.pk, "b", at=clock.now(), by=ARI)
    run_campaign(campaign)
    with pytest.raises(Refused, match="no such variant"):
        deciding.choose(campaign.pk, "c", at=clock.now(), by=ARI)
    deciding.choose(campaign.pk, "b", at=clock.now(), by=ARI)
    with pytest.raises(Refused, match="already: the rest gets B"):
        deciding.choose(campaign.pk, "a", at=clock.now(), by=ARI)
    assert run_campaign(campaign).state == S.FINISHED


def test_stopped_during_the_test_everybody_is_accounted_for(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(40)
    campaign = run_campaign(make_test())
    left = arms(campaign)[""]
    control.cancel(campaign, at=clock.now(), by=ARI)
    with clock.shifted(LATER):
        run_campaign(campaign)
    count_figures(campaign, at=clock.now())
    receipt = write_receipt(campaign)
    assert receipt.is_balanced
    assert receipt.count("never_fed") == left
    with pytest.raises(Refused, match="cancelled by now"):
        deciding.choose(campaign.pk, "b", at=clock.now(), by=ARI)


def test_paused_during_the_test_nothing_goes_until_it_is_resumed(
    run_campaign: Callable[[Campaign], Campaign],
) -> None:
    make_contacts(40)
    campaign = run_campaign(make_test())
    control.pause(campaign, at=clock.now(), by=ARI)
    taken = Message.objects.filter(source=campaign.source).count()
    with clock.shifted(LATER):
        run_campaign(campaign)
        assert Message.objects.filter(source=campaign.source).count() == taken
        control.resume(campaign, at=clock.now(), by=ARI)
        assert run_campaign(campaign).state == S.FINISHED
    assert Message.objects.filter(source=campaign.source).count() == 40


def test_waiting_begins_when_the_test_has_left(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(40)
    campaign = make_test()
    look_after_all()  # fed, and not handed over yet
    with clock.shifted(LATER):
        look_after_all()
        assert CampaignRun.objects.get(pk=campaign.pk).test_until is None
        run_campaign(campaign)
        until = CampaignRun.objects.get(pk=campaign.pk).test_until
        assert until is not None
        assert until > clock.now() + timedelta(hours=3)


def test_a_trial_comes_before_the_rest_of_the_test(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(100)
    campaign = run_campaign(make_test(canary_size=20))
    assert Message.objects.filter(source=campaign.source).count() == 20
    with clock.shifted(timedelta(minutes=31)):
        run_campaign(campaign)
        counted = arms(campaign)
        assert Message.objects.filter(source=campaign.source).count() == counted["a"] + counted["b"]


def test_a_throttle_holds_for_both_parts(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(12)
    campaign = make_test(throttle_per_hour=60)
    for minute in range(30):
        with clock.shifted(timedelta(minutes=minute)):
            run_campaign(campaign)
    counted = arms(campaign)
    assert Message.objects.filter(source=campaign.source).count() == counted["a"] + counted["b"]
    for minute in range(30):
        with clock.shifted(timedelta(hours=5, minutes=minute)):
            run_campaign(campaign)
    campaign.refresh_from_db()
    assert campaign.state == S.FINISHED
    assert Message.objects.filter(source=campaign.source).count() == 12


def test_killed_at_any_place_it_ends_the_same(
    run_campaign: Callable[[Campaign], Campaign], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each slice of freezing and feeding, and the decision, dies once before its commit."""
    monkeypatch.setattr(freezing, "SLICE", 7)
    monkeypatch.setattr(feeding, "SLICE", 5)
    people = make_contacts(30)
    campaign = make_test()
    starting.start_due()

    def die(act: Callable[[], object]) -> None:
        with pytest.raises(Killed), transaction.atomic():
            act()
            raise Killed

    def freeze() -> bool:
        return freezing.freeze_slice(campaign.pk, at=clock.now())

    def feed() -> int:
        return feeding.feed_slice(campaign.pk, at=clock.now())

    go_on = True
    while go_on:
        die(freeze)
        go_on = freeze()
    expected = {one.pk: assign(campaign.source, one.pk, shares=shares_of(campaign)) for one in people}
    assert dict(campaign.recipients.values_list("contact_id", "variant")) == expected
    fed = 1
    while fed:
        die(feed)
        fed = feed()
    run_campaign(campaign)
    with clock.shifted(LATER):
        die(lambda: looking_after.look_after(campaign.pk))
        assert CampaignRun.objects.get(pk=campaign.pk).chosen_variant == ""
        looking_after.look_after(campaign.pk)
        fed = 1
        while fed:
            die(feed)
            fed = feed()
        assert run_campaign(campaign).state == S.FINISHED
    assert Counter(Message.objects.values_list("contact_id", flat=True)) == {one.pk: 1 for one in people}
    assert AuditEntry.objects.filter(action__startswith="chose variant").count() == 1


def test_people_of_a_language_get_their_variant_of_it(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(20)
    german = make_contacts(20, domain="example.de")
    for one in german:
        one.locale = "de"
        one.save(update_fields=["locale"])
    publish_in("de", "Frühling")
    variants = [{"subjects": {}}, {"subjects": {"": "Save now", "de": "Jetzt sparen"}}]
    campaign = make_test(variants=variants)
    run_campaign(campaign)
    with clock.shifted(LATER):
        deciding.choose(campaign.pk, "b", at=clock.now(), by=ARI)
        run_campaign(campaign)
    sent = subjects_sent(campaign)
    of_a = set(campaign.recipients.filter(variant="a").values_list("contact_id", flat=True))
    for one in german:
        assert sent[one.pk] == ("Frühling" if one.pk in of_a else "Jetzt sparen")
    assert len(sent) == 40


def publish_in(locale: str, subject: str) -> None:
    """The template of the tests' campaigns in another language."""
    base = publish_template("spring", subject="Spring, {{ contact.first_name }}")
    made = TemplateVersion(**{
        **{one.attname: getattr(base, one.attname) for one in TemplateVersion._meta.concrete_fields},
        "id": new_id(), "number": 99, "locale": locale, "subject_source": subject,
        "compiled": {**base.compiled, "subject": subject},
    })  # fmt: skip
    made.save()
    point_at(made, author="tests")


def test_a_campaign_without_a_test_may_have_a_subject_of_its_own(
    run_campaign: Callable[[Campaign], Campaign], mailbox: Process
) -> None:
    make_contacts(2)
    campaign = run_campaign(make_campaign(variants=subjects("Only today, {{ contact.first_name }}")))
    assert campaign.state == S.FINISHED
    assert sorted(subject for _to, subject in accepted(mailbox)) == ["Only today, Person 0", "Only today, Person 1"]
    assert arms(campaign) == {"": 2}


def test_a_window_takes_over_the_test() -> None:
    make_contacts(20)
    parent = make_test(schedule="recurring", cron="0 9 * * *", state="repeating")
    look_after_all()
    child = parent.windows.get()
    assert (child.variants, child.variant_versions) == (parent.variants, parent.variant_versions)
    assert set(arms(child)) == {"a", "b", ""}


def test_the_same_subject_is_one_version() -> None:
    first, second = make_test(), make_test()
    assert first.variant_versions == second.variant_versions


def test_freezing_asks_the_database_no_more_often_for_a_test() -> None:
    make_contacts(20)
    counted = []
    for campaign in (make_campaign(), make_test()):
        starting.start_due()
        with CaptureQueriesContext(connection) as asked:
            looking_after.freeze(campaign.pk)
        counted.append(len(asked))
    assert counted[1] <= counted[0]
