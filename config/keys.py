"""Where do the secret keys come from? From the environment; on a developer's machine, from a file made once."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

from config.env import env_secret

# What each key protects is said in docs/production.md; how each is used, in config/tokens.py and config/vault.py.
KEY_NAMES = ("SECRET_KEY", "POSTRIDER_VAULT_KEYS", "POSTRIDER_SIGNING_KEYS", "POSTRIDER_SUPPRESSION_KEY")


def read_keys(*, file: Path | None) -> dict[str, str]:
    """Every key by its name. `file` holds those that the environment leaves out; None (production) requires all."""
    kept = _read_or_make(file) if file else {}
    return {name: env_secret(name, kept.get(name)) for name in KEY_NAMES}


def _read_or_make(file: Path) -> dict[str, str]:
    if not file.exists():
        _write_once(file, {name: make_key() for name in KEY_NAMES})
    keys: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return keys


def make_key() -> str:
    """A fresh key in the form Fernet wants: 32 random bytes in URL-safe base64."""
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _write_once(file: Path, keys: dict[str, str]) -> None:
    """Write the file whole, readable by its owner only; of two processes at once, the first one's keys stay."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="utf-8") as draft:  # mode 0600
        json.dump(keys, draft, indent=1)
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, file)
