"""The door: who gets in, who does not, and what another site cannot do."""

from __future__ import annotations

from tests.browser.hands import KEYBOARD
from tests.browser.portal import Portal, sign_in


def test_an_officer_signs_in_by_keyboard_and_out_again(portal: Portal) -> None:
    person = portal.stranger()
    person.hand = KEYBOARD

    sign_in(person, "hs-jb")
    inside, menu = person.heading, person.page.locator("nav.side").inner_text()
    person.press("退出登录")
    outside = person.path
    person.go("/units")

    assert inside == "工作台"
    assert "单位" in menu
    assert outside == "/sign-in"
    assert person.heading == "工作人员与单位登录"


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(portal: Portal) -> None:
    person = portal.stranger()

    sign_in(person, "hs-jb", "不对的口令")
    known = person.page.get_by_role("alert").inner_text()
    sign_in(person, "nobody-at-all", "不对的口令")
    unknown = person.page.get_by_role("alert").inner_text()

    assert "账号、口令或动态码不正确" in known
    assert known == unknown
    assert person.page.locator("nav.side").count() == 0


def test_the_eleventh_attempt_within_a_minute_is_turned_away(portal: Portal) -> None:
    person = portal.stranger()

    guess: dict[str, str | float | bool] = {"login": "guessed-login", "password": "guess"}
    answers = [person.page.request.post(f"{person.base}/sign-in", form=guess) for _ in range(10)]
    sign_in(person, "guessed-login", "guess")
    said = person.page.get_by_role("alert").inner_text()

    assert {answer.status for answer in answers} == {401}
    assert "尝试登录次数过多" in said
    assert "一分钟后再试" in said


def test_a_form_without_this_sessions_token_changes_nothing(portal: Portal) -> None:
    person = portal.person("nb-sh").go("/")
    person.page.locator("form[action='/sign-out'] input[name=csrf]").evaluate("e => e.value = 'x'")

    person.press("退出登录")
    refused = person.text
    person.go("/")

    assert "页面已过期，本次操作没有生效" in refused
    assert person.heading == "工作台"


def test_a_request_another_site_makes_is_refused(portal: Portal) -> None:
    person = portal.person("nb-sh").go("/")
    token = person.page.locator("input[name=csrf]").first.input_value()

    answer = person.page.request.post(
        f"{person.base}/sign-out",
        form={"csrf": token},
        headers={"origin": "https://elsewhere.example"},
    )
    person.go("/")

    assert answer.status == 403
    assert "来自其他网站" in answer.text()
    assert person.heading == "工作台"


def test_an_address_of_another_site_is_not_followed_after_signing_in(portal: Portal) -> None:
    person = portal.stranger()

    person.go("/sign-in?then=//elsewhere.example/").fill(
        {"账号": "nb-jc", "口令": "hexie-sample-2026"}
    )
    person.press("登录", within="main")

    assert person.page.url.startswith(person.base)
