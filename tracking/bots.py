"""Was it a person who opened or clicked? Pure; raw facts are kept whatever the answer."""

from __future__ import annotations

# Substrings of user agents of mail proxies and link scanners, lower case.
_MACHINE_AGENTS = (
    "googleimageproxy", "yahoomailproxy", "barracuda", "mimecast", "proofpoint", "safelinks",
    "bot", "crawler", "spider", "scanner", "preview", "curl/", "wget/", "headless",
)  # fmt: skip


def machine_reason(*, method: str, user_agent: str) -> str:
    """Why an open or click is taken for a machine's: a short code, or "" for a person's."""
    if method in {"HEAD", "OPTIONS"}:
        return "head_request"
    agent = user_agent.lower()
    if agent == "mozilla/5.0":
        return "privacy_proxy"  # Apple Mail Privacy Protection sends exactly this
    if any(mark in agent for mark in _MACHINE_AGENTS):
        return "known_agent"
    return ""
