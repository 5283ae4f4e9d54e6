"""What does a visitor of the shop see and do? No page needs a script."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from demo import accounts, carts
from demo.forms import CheckoutForm, ForgotForm, QuantityForm, ResetForm, SignUpForm
from demo.links import log_url, mails_url
from demo.models import Order, Product, buy
from demo.pages import shared_context, show
from demo.reminders import find_reminder, let_the_wait_pass

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """Everything there is to buy."""
    return show(request, "catalogue", products=Product.objects.all())


@require_GET
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product."""
    return show(request, "product", product=get_object_or_404(Product, slug=slug))


@require_POST
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Put one into the cart."""
    carts.add(request, get_object_or_404(Product, slug=slug))
    return redirect("demo:cart")


@never_cache
@require_GET
def cart(request: HttpRequest) -> HttpResponse:
    """What is in the cart."""
    lines = carts.find_lines(request)
    total = sum(line.total for line in lines)
    return show(request, "cart", lines=lines, total=total, reminder=find_reminder(request) if lines else None)


@require_POST
def wait(request: HttpRequest) -> HttpResponse:
    """Let the time pass that the reminder of a left cart waits; not in production, where time passes by itself."""
    if settings.POSTRIDER_ENV == "production":
        raise Http404
    if user := _user(request):
        let_the_wait_pass(user)
    return redirect("demo:cart")


@require_POST
def change(request: HttpRequest, item_id: int) -> HttpResponse:
    """More or fewer of a line."""
    form = QuantityForm(request.POST)
    if form.is_valid():
        carts.set_quantity(request, item_id, form.cleaned_data["quantity"])
    return redirect("demo:cart")


@never_cache
@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Say who you are, and buy."""
    lines = carts.find_lines(request)
    if not lines:
        return redirect("demo:cart")
    form = CheckoutForm(request.POST or None, initial=_known_person(request))
    if form.is_valid():
        order = buy(lines, **form.cleaned_data, user=_user(request))
        return redirect("demo:order", order.token)
    return show(request, "checkout", form=form, lines=lines, total=sum(line.total for line in lines))


@never_cache
@require_GET
def order(request: HttpRequest, token: str) -> HttpResponse:
    """Thank you. Also where the mail leads; whoever has the address may see the order."""
    found = get_object_or_404(Order.objects.prefetch_related("items"), token=token)
    return show(
        request, "order", order=found, mails_url=mails_url(found.email), log_url=log_url(found.email),
        reminder=find_reminder(request) if found.user == request.user else None,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """A new account."""
    form = SignUpForm(request.POST or None)
    if form.is_valid():
        login(request, accounts.sign_up(**form.cleaned_data), backend=_BACKEND)
        return redirect("demo:welcome")
    return show(request, "sign_up", form=form)


class SignIn(LoginView):
    """Back into an account."""

    template_name = "demo/sign_in.html"

    def get_default_redirect_url(self) -> str:
        return reverse("demo:catalogue")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**shared_context(self.request), **context)


@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    """The account is there."""
    user = _user(request)
    if user is None:
        return redirect("demo:sign_in")
    return show(request, "welcome", mails_url=mails_url(user.email), log_url=log_url(user.email))


@require_http_methods(["GET", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Ask for a new password. Whether the address has an account is nobody else's business."""
    form = ForgotForm(request.POST or None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        accounts.request_reset(email)
        return show(request, "forgot_done", email=email, mails_url=mails_url(email), log_url=log_url(email))
    return show(request, "forgot", form=form)


@never_cache
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password, once."""
    user = accounts.read_token(token)
    if user is None:
        return show(request, "reset_stale", status=410)
    form = ResetForm(request.POST or None)
    if form.is_valid():
        user.set_password(form.cleaned_data["password"])
        user.save(update_fields=["password"])
        return show(request, "reset_done")
    response = show(request, "reset", form=form)
    response["Referrer-Policy"] = "strict-origin"  # the address of this page is a secret; forms need the origin
    return response


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _known_person(request: HttpRequest) -> dict[str, str]:
    user = _user(request)
    return {"email": user.email, "name": user.get_full_name()} if user else {}
