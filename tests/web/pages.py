"""What all tests of the pages share: where pages are, signing in, pictures, and watching for trouble."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page

from harness.server import ROOT

SCREENSHOTS = ROOT / ".cache" / "screenshots"
SUITES = "/organizations/demo/analytics/suites"
SUITE = f"{SUITES}/checkout-api"

# The id of a run that does not exist.
NOBODY = "00000000-0000-0000-0000-000000000000"

NewContext = Callable[..., BrowserContext]


class Watched:
    """A context whose pages are watched: no script error, no complaint of the browser, no request to another host."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.context = context
        self.problems: list[str] = []
        self._base_url = base_url
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        context.on("console", self._console)
        context.on("request", self._request)

    def _console(self, message: object) -> None:
        # The browser complains of every status that is an error; this one is asked for.
        asked_for = NOBODY in message.location["url"]  # type: ignore[attr-defined]
        if message.type == "error" and not asked_for:  # type: ignore[attr-defined]
            self.problems.append(f"console: {message.text}")  # type: ignore[attr-defined]

    def _request(self, request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if not url.startswith((self._base_url, "data:", "about:")):
            self.problems.append(f"request to another host: {url}")


def sign_in(context: BrowserContext, token: str) -> Page:
    """Signs in with an API token; the page that follows."""
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("API token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/analytics/suites")
    return page


def screenshot(page: Page, name: str) -> None:
    """Keeps a picture of the whole page for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
