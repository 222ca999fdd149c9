"""Every essential task is done where scripts do not run."""

from __future__ import annotations

from deploy.sample.story import law_today
from tests.browser.portal import Portal, sign_in
from tests.browser.year import Year
from tests.support.oversight import title_of


def test_an_officer_finds_a_unit_reads_why_and_registers_a_plaque_without_scripts(
    portal: Portal, year: Year
) -> None:
    unit = year.take()
    title = portal.behind(lambda: title_of(portal.system, unit))
    clerk = portal.stranger(java_script_enabled=False)

    sign_in(clerk, "nb-jb")
    clerk.menu("单位").fill({"关键字": unit["code"]}).press("查询")
    clerk.follow(unit["name_text"])
    clerk.follow("为什么", within="main")
    chain = clerk.page.locator("ol.chain").inner_text()
    clerk.go(f"/titles/{title['title_id']}")
    clerk.act("发放铭牌", "登记发放", {"发放日期": law_today(), "领取人": "单位负责人"})

    assert "文件与条款" in chain
    assert "已登记铭牌发放" in clerk.text
    assert "已颁发" in clerk.text
