"""Is a draft's work ever lost when many save at once?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import DraftRevision
from notifications.compose.drafts.saving import Conflict, save, start_template

EDITORS = 8


@pytest.mark.django_db(transaction=True)
def test_one_save_wins_and_all_are_kept() -> None:
    draft = start_template("sample", name="Sample", content=DraftContent(), author="ada")

    def edit(number: int) -> bool:
        try:
            save(draft.pk, DraftContent(subject=f"Editor {number}"), expected=1, author="ben")
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(max_workers=EDITORS) as threads:
        won = list(threads.map(edit, range(EDITORS)))
    assert won.count(True) == 1
    kept = {row.content["subject"] for row in DraftRevision.objects.filter(number__gt=1)}
    assert kept == {f"Editor {number}" for number in range(EDITORS)}
