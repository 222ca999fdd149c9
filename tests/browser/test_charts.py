"""Charts stand above their tables where scripts run; without them the tables say everything."""

from __future__ import annotations

from tests.browser.portal import Portal, sign_in


def test_charts_are_drawn_from_their_tables_and_areas_lead_down(portal: Portal) -> None:
    clerk = portal.person("nb-jb").go("/statistics")
    clerk.page.wait_for_selector(".chart canvas")

    assert clerk.page.locator(".chart canvas").count() == 2
    assert clerk.page.locator(".tiles li").count() == 14
    clerk.follow("海曙区", within="table")
    assert "node=330203" in clerk.page.url
    assert "海曙区" in clerk.text


def test_without_scripts_the_figures_stand_in_tables(portal: Portal) -> None:
    clerk = portal.stranger(java_script_enabled=False)
    sign_in(clerk, "nb-jb")
    clerk.menu("统计报告")

    assert clerk.page.locator(".chart:visible").count() == 0
    assert clerk.page.locator("#trend tbody tr").count() >= 2
    assert clerk.page.locator("#stages tbody tr").count() >= 1
    clerk.follow("指标与目标").follow("创建活动覆盖率（参与单位占已知单位）")
    assert clerk.page.locator("#years tbody tr").count() == 5
