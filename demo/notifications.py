"""Which mails does the shop's customer get, and which events cause them?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, Field

from notifications.catalog import Batching, EventValue, NotificationType, SecretStr, Stream, declare_event


class SignedUp(BaseModel):
    """Somebody made an account. Whose it is, is the event's contact."""

    coupon: str = ""


class Line(BaseModel):
    """One product in an order."""

    name: str
    quantity: int = Field(ge=1)
    price: Decimal = Field(ge=0)


class OrderPlaced(BaseModel):
    """Somebody bought something."""

    order_number: str
    customer_name: str = ""
    items: list[Line] = Field(min_length=1)
    total: Decimal
    currency: str = "EUR"
    order_url: str


class OrderShipped(BaseModel):
    """A parcel is on its way."""

    order_number: str
    customer_name: str = ""
    carrier: str
    order_url: str


class OrderRefunded(BaseModel):
    """Something came back, and the money for it went back."""

    order_number: str
    amount: Decimal = Field(gt=0)
    currency: str = "EUR"


class ResetRequested(BaseModel):
    """Somebody forgot a password. Whoever reads the address may set a new one, so it is kept nowhere in clear."""

    reset_url: SecretStr
    minutes: int = 60


class CartLine(BaseModel):
    """One product in a cart, its price with the currency."""

    name: str
    price: str


class CartAbandoned(BaseModel):
    """Somebody filled a cart and has not bought it."""

    cart_url: str
    items: list[CartLine] = Field(min_length=1)


class Offer(BaseModel):
    """A product at a better price."""

    name: str
    price: str
    url: str
    image_url: str = ""


class OffersPublished(BaseModel):
    """This week's offers are out."""

    edition: int
    offers: list[Offer] = Field(min_length=1)


class PriceLowered(BaseModel):
    """A product costs less than before."""

    name: str
    price: str
    price_before: str
    url: str


class Welcome(NotificationType):
    key = "welcome"
    name = _("Welcome")
    description = _("Says hello to a new customer.")
    stream = Stream.NOTIFICATION
    event = "customer.signed_up"
    payload = SignedUp
    template = "welcome"
    expires_after = timedelta(days=2)  # nobody wants to be welcomed next week


class OrderConfirmation(NotificationType):
    key = "order-confirmation"
    name = _("Order confirmation")
    description = _("The receipt of an order.")
    stream = Stream.TRANSACTIONAL
    event = "order.placed"
    payload = OrderPlaced
    value = EventValue(amount="total", currency="currency", reference="order_number")
    template = "order-confirmation"


class OrderOnItsWay(NotificationType):
    key = "order-shipped"
    name = _("Order on its way")
    description = _("Says that your parcel has left us.")
    stream = Stream.TRANSACTIONAL
    event = "order.shipped"
    payload = OrderShipped
    template = "order-shipped"
    # The mail is for everybody; who asks for it gets a text message, too.
    channels = ("email", "sms")
    expires_after = timedelta(days=2)


class PasswordReset(NotificationType):
    key = "password-reset"
    name = _("Password reset")
    description = _("The link that sets a new password.")
    stream = Stream.CRITICAL
    event = "password.reset_requested"
    payload = ResetRequested
    template = "password-reset"
    expires_after = timedelta(hours=1)  # as long as the link in it works


class AbandonedCart(NotificationType):
    key = "abandoned-cart"
    name = _("Abandoned cart")
    description = _("Reminds of a cart that was left, three quarters of an hour later.")
    stream = Stream.MARKETING
    topic = "cart-reminders"
    event = "cart.abandoned"
    payload = CartAbandoned
    template = "abandoned-cart"
    delay = timedelta(minutes=45)
    expires_after = timedelta(days=1)
    # The shop raises the event at every change of a cart: the newest replaces the one before, an order ends it.
    cancelled_by = ("cart.abandoned", "order.placed")


class WeeklyOffers(NotificationType):
    key = "weekly-offers"
    name = _("Weekly offers")
    description = _("A few products at a better price, once a week.")
    stream = Stream.MARKETING
    topic = "weekly-offers"
    event = "offers.published"
    payload = OffersPublished
    template = "weekly-offers"
    shared_fields = ("edition", "offers")
    expires_after = timedelta(days=3)


class PriceDrop(NotificationType):
    key = "price-drop"
    name = _("Price drops")
    description = _("Says that something in the shop costs less now. Several at a time come in one mail.")
    stream = Stream.NOTIFICATION
    topic = "price-drops"
    event = "price.lowered"
    payload = PriceLowered
    template = "price-drop"
    expires_after = timedelta(days=3)
    # The first is told at once; those of the next ten minutes come together. People may choose daily or weekly instead.
    batching = Batching(wait=timedelta(minutes=10), is_leading=True)
    digest_template = "price-drops"


# No mail of its own: it takes back what the order earned in the reports.
declare_event(
    "order.refunded",
    OrderRefunded,
    value=EventValue(amount="amount", currency="currency", reference="order_number", refunds="order.placed"),
)
