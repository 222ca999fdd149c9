"""The portal as its people use it: who signed in, and what one does on its kinds of pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

from deploy.sample.people import PASSWORD
from tests.browser.hands import MOUSE, Hand
from tests.support.system import System

T = TypeVar("T")
_PATIENCE = 20_000
Value = str | date | Path | bool


@dataclass
class Person:
    """Somebody in front of a page, with a hand of one kind."""

    page: Page
    base: str
    hand: Hand = MOUSE
    complaints: list[str] = field(default_factory=list)

    # --- where one is ---------------------------------------------------------------------

    def go(self, path: str) -> Person:
        """Type an address."""
        self.page.goto(self.base + path)
        return self

    @property
    def path(self) -> str:
        """Where one is."""
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        """All that the page says."""
        return self.page.inner_text("body")

    @property
    def heading(self) -> str:
        """The page's heading, without the mark of a draft."""
        return self.page.inner_text("h1").removesuffix("征求意见稿").strip()

    def reads(self, says: str) -> Locator:
        """The element that says this; fails when there is none."""
        found = self.page.get_by_text(says).first
        found.wait_for(timeout=_PATIENCE)
        return found

    def row(self, says: str) -> str:
        """The table row or list line in which these words stand."""
        found = self.page.locator("tr, li").filter(has_text=says).last
        found.wait_for(timeout=_PATIENCE)
        return found.inner_text()

    # --- what one does --------------------------------------------------------------------

    def follow(self, name: str | re.Pattern[str], within: str = "body") -> Person:
        """Follow a link by its words."""
        link = self.page.locator(within).get_by_role("link", name=name, exact=isinstance(name, str))
        return self._leave(link.first)

    def follow_in_row(self, says: str, link: str) -> Person:
        """Follow the link that begins so, in the table row where these words stand."""
        row = self.page.locator("tr").filter(has_text=says).last
        return self._leave(row.get_by_role("link", name=re.compile(f"^{re.escape(link)}")).first)

    def follow_line(self, says: str) -> Person:
        """Follow the link of the thing to do that says this."""
        line = self.page.locator("ul.todo li").filter(has_text=says).first
        return self._leave(line.get_by_role("link").first)

    def press(self, name: str, within: str = "body") -> Person:
        """Press a button that sends a form."""
        return self._leave(self.page.locator(within).get_by_role("button", name=name, exact=True))

    def menu(self, label: str) -> Person:
        """Choose from the menu on the left."""
        return self.follow(label, within="nav.side")

    def fill(self, fields: dict[str, Value], within: Locator | None = None) -> Person:
        """Fill fields by their labels, each as its kind wants it."""
        form = within or self.page.locator("main")
        for label, value in fields.items():
            self._fill(form, label, value)
        return self

    def act(self, title: str, button: str, fields: dict[str, Value] | None = None) -> Person:
        """Do one of the acts offered on this page: unfold it, fill it in, send it."""
        folded = self.page.locator("details").filter(
            has=self.page.locator("summary", has_text=re.compile(f"^{re.escape(title)}$"))
        )
        folded.last.wait_for(timeout=_PATIENCE)
        if folded.last.get_attribute("open") is None:
            self.hand.press(folded.last.locator("summary").first)
        self.fill(fields or {}, folded.last)
        return self._leave(folded.last.get_by_role("button", name=button, exact=True))

    def download(self, name: str, to: Path) -> Path:
        """Follow a link that gives a file; where it was put."""
        with self.page.expect_download() as waiting:
            self.hand.press(self.page.get_by_role("link", name=name, exact=True))
        target = to / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target

    def _leave(self, target: Locator) -> Person:
        with self.page.expect_navigation(timeout=_PATIENCE):
            self.hand.press(target)
        return self

    def _fill(self, form: Locator, label: str, value: Value) -> None:
        said = re.escape(label).replace("/", r"\/")  # as the browser's own patterns want it
        words = re.compile(rf"^\s*{said}\s*(（必填）)?\s*$")
        group = form.get_by_role("radiogroup", name=words)
        if group.count():
            self.hand.tick(group.first.get_by_role("radio", name=str(value), exact=True))
            return
        control = form.get_by_label(words).first
        kind = str(control.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type"))
        if kind == "select":
            self.hand.choose(control, str(value))
        elif kind in ("checkbox", "radio"):
            self.hand.tick(control)
        elif isinstance(value, Path):
            self.hand.attach(control, value)
        elif isinstance(value, date):
            self.hand.date(control, value)
        else:
            self.hand.write(control, str(value))


@dataclass
class Portal:
    """A running system's portal in one browser; a login signs in once and keeps its session."""

    system: System
    browser: Browser
    people: dict[str, Person] = field(default_factory=dict)
    _aside: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))

    def behind(self, act: Callable[[], T]) -> T:
        """Do something over REST: the browser's own loop holds this thread."""
        return self._aside.submit(act).result(timeout=120)

    def ask(self, command: Any, actor: Any, at: datetime | None = None) -> Any:
        """One act over REST."""
        return self.behind(lambda: self.system.ask(command, actor, at, patience=10))

    def anybody(self, *, at: datetime | None = None, hand: Hand = MOUSE) -> Person:
        """Somebody of the public."""
        return self._with(self.people.get("") or self._new(""), at, hand)

    def stranger(self, **options: Any) -> Person:
        """A browser that has never been here."""
        return self._new("", keep=False, **options)

    def person(self, login: str, *, at: datetime | None = None, hand: Hand = MOUSE) -> Person:
        """This account, signed in."""
        known = self.people.get(login)
        if known is None:
            known = self._new(login)
            sign_in(known, login)
        return self._with(known, at, hand)

    def close(self) -> None:
        """Close every window."""
        for context in list(self.browser.contexts):
            context.close()
        self._aside.shutdown()

    def _with(self, person: Person, at: datetime | None, hand: Hand) -> Person:
        person.hand = hand
        clock = {"hexie-clock": at.isoformat()} if at else {}
        person.page.context.set_extra_http_headers(clock)
        return person

    def _new(self, login: str, *, keep: bool = True, **options: Any) -> Person:
        given: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN"}
        context: BrowserContext = self.browser.new_context(**(given | options))
        context.set_default_timeout(_PATIENCE)
        person = Person(context.new_page(), self.system.url)
        person.page.on(
            "filechooser", lambda _: None
        )  # while one listens, choosers are never missed
        person.page.on("console", lambda message: _listen(person, message))
        person.page.on("pageerror", lambda error: person.complaints.append(str(error)))
        if keep:
            self.people[login] = person
        return person


def sign_in(person: Person, login: str, password: str = PASSWORD) -> Person:
    """Through the door, with whatever hand the person has."""
    person.go("/sign-in").fill({"账号": login, "口令": password})
    return person.press("登录", within="main")


def _listen(person: Person, message: ConsoleMessage) -> None:
    """A refusal's own status is no complaint; everything else the browser reports is."""
    refused = "the server responded with a status of 4" in message.text
    own = "/static/" not in str(message.location.get("url", ""))
    if message.type in ("error", "warning") and not (refused and own):
        person.complaints.append(f"{person.page.url}: {message.text}")
