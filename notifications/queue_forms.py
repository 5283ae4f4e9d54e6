"""What does staff write before a stream is stopped?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class PauseForm(forms.Form):
    """Why a stream is paused; and its name typed out, where people wait for its mail (`word`, else "")."""

    reason = forms.CharField(label=gettext_lazy("Why (colleagues will read it)"), max_length=80, required=False)
    typed = forms.CharField(required=False, max_length=32)

    def __init__(self, *args: Any, word: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.word = word

    def clean_typed(self) -> str:
        """The stream's name, in any case."""
        typed = str(self.cleaned_data["typed"]).strip().lower()
        if self.word and typed != self.word:
            raise forms.ValidationError(_("Type %s to pause it.") % self.word)
        return typed
