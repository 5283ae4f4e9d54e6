"""Under which addresses does the shop answer?"""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path, reverse_lazy

from demo import console, public

app_name = "demo"

urlpatterns = [
    path("", public.catalogue, name="catalogue"),
    path("products/<slug:slug>/", public.product, name="product"),
    path("products/<slug:slug>/add", public.add, name="add"),
    path("cart/", public.cart, name="cart"),
    path("cart/wait", public.wait, name="wait"),
    path("cart/<int:item_id>", public.change, name="change"),
    path("checkout/", public.checkout, name="checkout"),
    path("orders/<str:token>/", public.order, name="order"),
    path("sign-up/", public.sign_up, name="sign_up"),
    path("welcome/", public.welcome, name="welcome"),
    path("sign-in/", public.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(next_page=reverse_lazy("demo:catalogue")), name="sign_out"),
    path("forgot/", public.forgot, name="forgot"),
    path("reset/<str:token>/", public.reset, name="reset"),
    path("offers/", console.offers, name="offers"),
    path("prices/", console.prices, name="prices"),
    path("dispatch/", console.dispatch, name="dispatch"),
]
