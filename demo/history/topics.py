"""What can customers of the shop subscribe to, and how is it called in their languages?"""

from __future__ import annotations

from preferences.models import Topic

_TOPICS = {
    "weekly-offers": {
        "en": ("Weekly offers", "A few products at a better price, every Thursday."),
        "de": ("Wochenangebote", "Jeden Donnerstag ein paar Dinge zum besseren Preis."),
        "es": ("Ofertas de la semana", "Cada jueves, unos cuantos productos a mejor precio."),
    },
    "cart-reminders": {
        "en": ("Cart reminders", "A word when you left something in your cart."),
        "de": ("Erinnerung an den Warenkorb", "Ein Wort, wenn etwas im Warenkorb liegen blieb."),
        "es": ("Recordatorio del carrito", "Un aviso cuando se deja algo en el carrito."),
    },
    "price-drops": {
        "en": ("Price drops", "When something in the shop costs less than before."),
        "de": ("Preissenkungen", "Wenn etwas im Laden weniger kostet als zuvor."),
        "es": ("Bajadas de precio", "Cuando algo de la tienda cuesta menos que antes."),
    },
}


def name_topics() -> None:
    """Give the topics, which the types have made, the words of a shop."""
    for position, (key, words) in enumerate(_TOPICS.items()):
        said = {language: {"name": name, "description": text} for language, (name, text) in words.items()}
        Topic.objects.update_or_create(key=key, defaults={**said.pop("en"), "translations": said, "position": position})
