"""What does staff write about a topic? Its words in each language of the pages, in fields of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from preferences.models import Topic

_OTHER_LANGUAGES = [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
_PARTS = {"name": (_("Name"), 120), "description": (_("Description"), 300)}
#: name_de, description_de, …
SAID = tuple(f"{part}_{code}" for code, _name in _OTHER_LANGUAGES for part in _PARTS)


class TopicForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable when it runs
    """A topic. What is left empty in a language is shown there as it stands in the first one."""

    class Meta:
        model = Topic
        fields = ("name", "key", "description", "is_default_on", "is_listed", "position")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in SAID:
            if field in self.fields:
                part, _underscore, code = field.rpartition("_")
                self.fields[field].initial = self.instance.said_in(code, part)

    def save(self, commit: bool = True) -> Topic:
        """With the words of other languages; those of languages that are not spoken here stay."""
        kept = self.instance.translations if isinstance(self.instance.translations, dict) else {}
        spoken = {code: self._said_in(code) for code, _name in _OTHER_LANGUAGES}
        self.instance.translations = {code: words for code, words in {**kept, **spoken}.items() if words}
        saved: Topic = super().save(commit)
        return saved

    def _said_in(self, code: str) -> dict[str, str]:
        said = {part: self.cleaned_data.get(f"{part}_{code}", "").strip() for part in _PARTS}
        return {part: words for part, words in said.items() if words}


def _field(part: str, code: str, language: object) -> forms.CharField:
    label, longest = _PARTS[part]
    return forms.CharField(
        label=format_lazy("{} · {}", label, language), required=False, max_length=longest,
        widget=UnfoldAdminTextInputWidget(attrs={"lang": code}),
    )  # fmt: skip


TopicForm.declared_fields.update(
    {f"{part}_{code}": _field(part, code, language) for code, language in _OTHER_LANGUAGES for part in _PARTS}
)
