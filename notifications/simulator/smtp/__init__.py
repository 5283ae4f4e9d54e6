"""How does a mail server that only takes mail in behave?"""

from __future__ import annotations

from . import mail

__all__ = ["mail"]
