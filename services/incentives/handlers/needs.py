"""Acts that change what a unit is entitled to: its labour need, and a benefit opened to it."""

from __future__ import annotations

from dataclasses import replace

from services.incentives.domain.entitlement import Cause
from services.incentives.domain.standing import LabourNeed, Standing
from services.incentives.handlers.assessing import Book
from services.incentives.handlers.rights import OFFICERS, a_unit, moment_of, officer_or_own, require
from shared.contracts.incentives import DeclareLabourNeed, WidenBenefit, WithdrawLabourNeed
from shared.contracts.incentives_answers import Given
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


def declare_labour_need(tx: Tx, command: DeclareLabourNeed) -> Given:
    """The unit looks for people until a day; benefits that ask for a need follow at once."""
    officer_or_own(tx, command.unit_id)
    if command.until_on < tx.today:
        raise Refused(
            "need_already_over",
            f"用工需求截止日 {command.until_on} 已过，请填写今天或以后的日期。",
            status=422,
        )
    need = LabourNeed(command.headcount, command.posts, command.until_on)
    cause = Cause("labour_need", f"申报用工需求 {command.headcount} 人", tx.today)
    _change(tx, command.unit_id, replacement=need, cause=cause)
    return Given(id=command.unit_id, says=f"已登记用工需求，有效至 {command.until_on}。")


def withdraw_labour_need(tx: Tx, command: WithdrawLabourNeed) -> Given:
    """The unit no longer looks for people."""
    officer_or_own(tx, command.unit_id)
    cause = Cause("labour_need", "撤回用工需求", tx.today)
    _change(tx, command.unit_id, replacement=None, cause=cause)
    return Given(id=command.unit_id, says="已撤回用工需求。")


def widen_benefit(tx: Tx, command: WidenBenefit) -> Given:
    """A person opens an enterprises-only benefit to one site, and says why (A-55)."""
    require(tx, *OFFICERS)
    unit = a_unit(tx, command.unit_id)
    moment = moment_of(tx, unit.entry.division[:6])
    if moment is None:
        raise Refused("pack_not_activated", "本地尚未启用政策包，无从扩大待遇范围。")
    benefit = moment.pack.benefits.get(command.benefit)
    if benefit is None:
        raise Refused(
            "benefit_not_found", f"现行政策包没有编号为 {command.benefit} 的待遇。", status=404
        )
    if benefit.kinds != ("enterprise",) or unit.entry.kind != "site":
        raise Refused(
            "cannot_be_widened",
            "只有原文仅写「示范企业」的待遇可以扩大到工地项目，其他不能扩大。",
            benefit.clause,
        )
    book = Book(tx, [unit.unit_id])
    cause = Cause("widened", f"经办人扩大适用范围（{command.reason}）", tx.today, benefit.clause)
    book.fold(unit.unit_id, lambda u: replace(u, widened=u.widened | {benefit.id}), cause=cause)
    book.settle()
    book.save()
    return Given(id=unit.unit_id, says=f"「{benefit.name}」已对该工地项目开放。")


def _change(tx: Tx, unit_id: str, *, replacement: LabourNeed | None, cause: Cause) -> None:
    def fold(unit: Standing) -> Standing:
        return replace(unit, labour_need=replacement)

    book = Book(tx, [unit_id])
    book.fold(unit_id, fold, cause=cause)
    book.settle()
    book.save()
