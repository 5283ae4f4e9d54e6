"""What do the browser tests have? The whole product, a browser, and pages in it that notice everything going wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, expect, sync_playwright

from tests.browser.product import LOGIN, PASSWORD, Product, run_product

OpenPage = Callable[..., Page]

_HERE = Path(__file__).parent
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Not "HeadlessChrome": opens and clicks of that are a machine's.
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
_PATIENCE_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is a browser test. Run them in one process: each would start a product of its own."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program. Without it the tests are skipped, except in CI."""
    path = os.environ.get("POSTRIDER_CHROMIUM", "/usr/bin/chromium")
    if path and Path(path).is_file():
        return path
    reason = f"no Chromium at {path!r}: install it, or name it with POSTRIDER_CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (in CI the browser tests are not optional)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def product(chromium: str) -> Iterator[Product]:
    with run_product() as running:
        yield running


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A module's browser: Playwright keeps an event loop in this thread, in which Django would refuse the database."""
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=[*_ARGUMENTS])
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[OpenPage]:
    """Open a page of somebody new. Any script error, missing file, breach of policy or dialog fails the test."""
    troubles: list[str] = []
    contexts: list[BrowserContext] = []

    def open_one(**options: Any) -> Page:
        contexts.append(_open_context(browser, product, troubles, **options))
        return contexts[-1].new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def visitor(open_page: OpenPage) -> Page:
    """A page of somebody who is not logged in."""
    return open_page()


@pytest.fixture(scope="module")
def office(browser: Browser, product: Product) -> Iterator[tuple[BrowserContext, list[str]]]:
    """The browser of somebody who works here, logged in, and what went wrong in it."""
    troubles: list[str] = []
    context = _open_context(browser, product, troubles, storage_state=product.login_state or None)
    if not product.login_state:
        log_in(context.new_page())
        product.login_state.update(context.storage_state())
    yield context, troubles
    context.close()


@pytest.fixture
def staff(office: tuple[BrowserContext, list[str]]) -> Iterator[Page]:
    """A page of somebody who works here; watched like `open_page`."""
    context, troubles = office
    page = context.new_page()
    yield page
    page.close()
    found = [*troubles]
    troubles.clear()
    assert found == []


def log_in(page: Page) -> None:
    """Through the console's login page."""
    page.goto("/")
    page.get_by_label("Username").fill(LOGIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="The last 24 hours")).to_be_visible()


def _open_context(browser: Browser, product: Product, troubles: list[str], **options: Any) -> BrowserContext:
    context = browser.new_context(base_url=product.web, user_agent=_AGENT, **options)
    context.set_default_timeout(_PATIENCE_MS)
    _watch(context, troubles)
    return context


def _watch(context: BrowserContext, troubles: list[str]) -> None:
    def hear(message: ConsoleMessage) -> None:
        page = message.page
        # That a page itself answers 404 or 410 is for the test to judge.
        is_own_answer = message.text.startswith("Failed to load") and page and message.location["url"] == page.url
        # A request that is under way when the page is left is broken off; one that fails says sendError besides.
        is_broken_off = message.text in {"htmx:sendAbort", "htmx:afterRequest"}
        if message.type == "error" and not is_own_answer and not is_broken_off:
            troubles.append(f"{page and page.url}: {message.text}")

    def close(dialog: Dialog) -> None:
        troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    context.on("console", hear)
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    context.on("dialog", close)
