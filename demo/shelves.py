"""What lies on the shop's shelves?"""

from __future__ import annotations

from decimal import Decimal

from demo.models import Product

#: slug, name, price, price on offer, description; each has a picture in templates/demo/art.
GOODS: tuple[tuple[str, str, str, str | None, str], ...] = (
    ("courier-satchel", "Courier satchel", "148.00", None, "Waxed canvas, brass buckles, room for a day's letters."),
    (
        "field-notebook",
        "Field notebook",
        "14.50",
        None,
        "Ninety-six pages that lie flat and take ink gladly.",
    ),
    ("enamel-mug", "Enamel mug", "18.00", "14.00", "Survives campfires, saddlebags and the office kitchen."),
    (
        "wool-blanket",
        "Wool blanket",
        "89.00",
        "72.00",
        "Woven in one piece from undyed wool; heavy in the right way.",
    ),
    ("brass-compass", "Brass compass", "46.00", None, "Finds north. Has no settings, no battery and no opinions."),
    ("trail-lantern", "Trail lantern", "64.00", None, "Twelve hours of warm light; folds flat to the size of a plate."),
    ("fountain-pen", "Fountain pen", "58.00", "49.00", "A steel nib for long letters, a cap that closes with a click."),
    ("mountain-tea", "Mountain tea", "11.00", None, "Verbena, mint and a little fennel, in a tin that outlives them."),
)


def fill_shelves() -> None:
    """Put out what is missing; prices changed since stay as they are."""
    Product.objects.bulk_create(
        [
            Product(
                slug=slug,
                name=name,
                price=Decimal(price),
                offer_price=Decimal(offer) if offer else None,
                description=description,
                position=position,
            )
            for position, (slug, name, price, offer, description) in enumerate(GOODS)
        ],
        ignore_conflicts=True,
    )
