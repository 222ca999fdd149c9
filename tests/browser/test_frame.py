"""What holds on every page: the strict policy, 「为什么」 in place, paper without menus."""

from __future__ import annotations

from tests.browser.hands import KEYBOARD
from tests.browser.portal import Portal
from tests.browser.year import Year


def test_the_page_allows_no_foreign_and_no_inline_script(portal: Portal) -> None:
    clerk = portal.person("nb-jb")

    answer = clerk.page.goto(clerk.base + "/units")
    clerk.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        " document.body.append(s); }"
    )

    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert clerk.page.evaluate("window.ran") is None
    assert [c for c in clerk.complaints if "Content Security Policy" in c]
    clerk.complaints.clear()  # this one was asked for


def test_why_opens_over_the_page_and_closes_again_by_keyboard(portal: Portal, year: Year) -> None:
    unit = year.titled[-1]
    clerk = portal.person("nb-jb", hand=KEYBOARD).go(f"/units/{unit['unit_id']}")

    KEYBOARD.press(clerk.page.locator("main a.why").first)
    chain = clerk.page.get_by_role("dialog", name="为什么")
    chain.locator("ol.chain").wait_for()
    told = chain.inner_text()
    clerk.page.keyboard.press("Escape")
    chain.wait_for(state="hidden")

    assert clerk.path == f"/units/{unit['unit_id']}"
    assert "文件与条款" in told
    assert "征求意见稿" in told
    assert "事实" in told


def test_on_paper_there_is_the_record_and_no_menu(portal: Portal, year: Year) -> None:
    unit = year.titled[-1]
    clerk = portal.person("nb-jb").go(f"/units/{unit['unit_id']}")

    clerk.page.emulate_media(media="print")
    shown = {
        name: clerk.page.locator(selector).first.is_visible()
        for name, selector in {
            "head": "header.top", "menu": "nav.side", "acts": ".head .acts", "record": "main .panel:not(.acts-panel)",
        }.items()
    }  # fmt: skip
    clerk.page.emulate_media(media="screen")

    assert shown == {"head": False, "menu": False, "acts": False, "record": True}
