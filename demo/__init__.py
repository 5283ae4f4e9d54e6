"""How does an application use Postrider? A small shop: sign-up, order, password reset, abandoned cart."""
