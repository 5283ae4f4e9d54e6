"""Which rows answer "may we write to this person about this?"."""

from preferences.models.choice import Choice
from preferences.models.contact import Contact
from preferences.models.suppression import Suppression
from preferences.models.topic import Topic

__all__ = ["Choice", "Contact", "Suppression", "Topic"]
