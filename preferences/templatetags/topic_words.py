"""How is a topic called in the language of the page?"""

from __future__ import annotations

from django import template
from django.utils import translation

from preferences.models import Topic

register = template.Library()


@register.filter
def topic_name(topic: Topic) -> str:
    """Its name in the active language."""
    return topic.name_in(translation.get_language() or "")


@register.filter
def topic_description(topic: Topic) -> str:
    """Its description in the active language."""
    return topic.description_in(translation.get_language() or "")
