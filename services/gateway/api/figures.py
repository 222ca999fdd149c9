"""Figures over REST: measures, statistics, ledgers and bulletins, live and as of a day."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, CLERK, OFFICE, Door
from shared.contracts import registry_bulletins
from shared.contracts import registry_figures as figures

DOORS = (
    Door(
        "GET", "/measures", figures.ReadMeasures, "统计指标（覆盖率、达标率等）", OFFICE,
        figures.MeasureSheet,
    ),
    Door(
        "GET", "/measure-years", figures.ReadMeasureYears, "一项指标各年情况", OFFICE,
        figures.MeasureYears,
    ),
    Door(
        "GET", "/units/{unit_id}/measures", figures.ReadUnitMeasures, "单位所属成员的指标",
        ANYONE, figures.MeasureSheet,
    ),
    Door(
        "POST", "/goals", figures.SetGoal, "填写本级年度目标", CLERK, figures.MeasureSheet,
        status=201,
    ),
    Door(
        "GET", "/statistics", figures.ReadStatistics, "单位数量、分布和创建进度", OFFICE,
        figures.Statistics,
    ),
    Door(
        "GET", "/statistics/areas", figures.ReadAreas, "下一级各地情况", OFFICE,
        figures.AreaTable,
    ),
    Door(
        "GET", "/statistics/trend", figures.ReadTrend, "一段时间内的变化", OFFICE, figures.Trend
    ),
    Door(
        "GET", "/ledgers/{ledger}", figures.ReadLedger, "台账（申报、备案、资料建档、评价评审、动态调整）",
        OFFICE, figures.LedgerPage,
    ),
    Door(
        "GET", "/bulletins", registry_bulletins.DraftBulletin, "一段时间的创建活动情况", OFFICE,
        registry_bulletins.BulletinView,
    ),
    Door(
        "POST", "/bulletins", registry_bulletins.IssueBulletin, "印发通报", CLERK, registry_bulletins.BulletinView,
        status=201,
    ),
    Door(
        "GET", "/issued-bulletins", registry_bulletins.ListBulletins, "已印发的通报", OFFICE,
        registry_bulletins.BulletinPage,
    ),
    Door(
        "GET", "/issued-bulletins/{bulletin_id}", registry_bulletins.GetBulletin, "查看通报", OFFICE,
        registry_bulletins.BulletinView,
    ),
)  # fmt: skip
