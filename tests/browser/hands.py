"""Two ways to use a page: a mouse, and a keyboard alone. A story is walked with either."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator

_MOST_TABS = 400
_FOCUSED = "e => e === document.activeElement"
_STOPS_BEFORE = """e => {
  const seen = new Set(), stops = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
  )].filter(x => {
    if (x.disabled || !x.checkVisibility()) return false;
    if (x.type !== 'radio') return true;
    const first = !seen.has(x.name);
    seen.add(x.name);
    return first;
  });
  return stops.indexOf(e) - stops.indexOf(document.activeElement);
}"""
_OUTLINED = """e => {
  const s = getComputedStyle(e);
  return s.outlineStyle !== 'none' || s.boxShadow !== 'none' || e.type === 'file';
}"""


class Hand(Protocol):
    """What a person can do to a control."""

    def press(self, target: Locator) -> None:
        """Follow a link, press a button, open what is folded."""

    def write(self, target: Locator, text: str) -> None:
        """Put text in a field in the place of what stands there."""

    def choose(self, target: Locator, label: str) -> None:
        """Choose from a drop-down by what it says."""

    def tick(self, target: Locator) -> None:
        """Tick a box or one of several choices."""

    def date(self, target: Locator, day: date) -> None:
        """Put a day in a date field."""

    def attach(self, target: Locator, path: Path) -> None:
        """Hand a file over."""


class Mouse:
    """Clicks, and types where it clicked."""

    def press(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def choose(self, target: Locator, label: str) -> None:
        target.select_option(label=label)

    def tick(self, target: Locator) -> None:
        target.check()

    def date(self, target: Locator, day: date) -> None:
        target.fill(day.isoformat())

    def attach(self, target: Locator, path: Path) -> None:
        target.set_input_files(path)


class Keyboard:
    """Tab, Enter, Space, arrows and letters. What has the focus must be seen to have it."""

    def press(self, target: Locator) -> None:
        self._reach(target)
        target.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self._reach(target)
        target.page.keyboard.press("Control+a")
        target.page.keyboard.press("Delete")
        target.page.keyboard.insert_text(text)

    def choose(self, target: Locator, label: str) -> None:
        self._reach(target)
        chosen = "e => e.options[e.selectedIndex].text.trim()"
        target.page.keyboard.press("Home")
        for _ in range(int(target.evaluate("e => e.options.length"))):
            if target.evaluate(chosen) == label:
                return
            target.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no choice {label!r}; the last one is {target.evaluate(chosen)!r}")

    def tick(self, target: Locator) -> None:
        if target.get_attribute("type") == "radio":
            self._reach_group(target)
        else:
            self._reach(target)
        for _ in range(10):
            if target.evaluate(_FOCUSED):
                if not target.is_checked():
                    target.page.keyboard.press("Space")
                return
            target.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not lead to {target}")

    def date(self, target: Locator, day: date) -> None:
        self._reach(target)
        keys = target.page.keyboard
        for written in (
            f"{day:%m%d}{day.year}",
            f"{day.year:06d}{day:%m%d}",
        ):  # as the browser's language has it
            keys.type(written)
            if target.input_value() == day.isoformat():
                return
            keys.press("ArrowLeft")
            keys.press("ArrowLeft")
        raise AssertionError(f"the keys give {target.input_value()!r} for {day}")

    def attach(self, target: Locator, path: Path) -> None:
        self._reach(target)
        with target.page.expect_file_chooser() as chooser:
            target.page.keyboard.press("Space")
        chooser.value.set_files(path)

    def _reach(self, target: Locator) -> None:
        target.wait_for(state="visible")
        for _ in range(int(target.evaluate(_STOPS_BEFORE)) - 1):
            target.page.keyboard.press("Tab")  # surely not there yet
        for _ in range(_MOST_TABS):
            if target.evaluate(_FOCUSED):
                assert target.evaluate(_OUTLINED), f"the focus on {target} is not seen"
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {target}")

    def _reach_group(self, target: Locator) -> None:
        same = (
            "e => document.activeElement.name === e.name && document.activeElement.form === e.form"
        )
        target.wait_for(state="visible")
        for _ in range(_MOST_TABS):
            if target.evaluate(same):
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to the choices of {target}")


MOUSE, KEYBOARD = Mouse(), Keyboard()
