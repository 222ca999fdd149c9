"""Counts, shares, coverage and ledgers: now and as of a day."""

from __future__ import annotations

from nameko.timer import timer

from services.registry.handlers import bulletins, figures, ledgers, progress, statistics
from shared.contracts import registry_bulletins, registry_figures
from shared.contracts.message import Shape
from shared.messaging.answer import accepts
from shared.messaging.tx import Tx, open_tx
from shared.runtime.database import engine_for

LAPSING_SECONDS = 600.0


class Figures:
    """Counts, shares, coverage and ledgers: now and as of a day."""

    @accepts(registry_figures.ReadMeasures)
    def measures(self, tx: Tx, command: registry_figures.ReadMeasures) -> Shape:
        """The pack's measures of a node and year, by kind and child area."""
        return figures.read_measures(tx, command)

    @accepts(registry_figures.ReadMeasureYears)
    def measure_years(self, tx: Tx, command: registry_figures.ReadMeasureYears) -> Shape:
        """One measure over the years."""
        return figures.read_measure_years(tx, command)

    @accepts(registry_figures.ReadUnitMeasures)
    def unit_measures(self, tx: Tx, command: registry_figures.ReadUnitMeasures) -> Shape:
        """Shares among the units that belong to one."""
        return figures.read_unit_measures(tx, command)

    @accepts(registry_figures.SetGoal)
    def set_goal(self, tx: Tx, command: registry_figures.SetGoal) -> Shape:
        """The node's own goal of a year for a measure."""
        return figures.set_goal(tx, command)

    @accepts(registry_figures.ReadStatistics)
    def statistics(self, tx: Tx, command: registry_figures.ReadStatistics) -> Shape:
        """Number, distribution and progress of units, live and of past days (NB23 二)."""
        return statistics.read_statistics(tx, command)

    @accepts(registry_figures.ReadAreas)
    def areas(self, tx: Tx, command: registry_figures.ReadAreas) -> Shape:
        """The areas one level below."""
        return statistics.read_areas(tx, command)

    @accepts(registry_figures.ReadTrend)
    def trend(self, tx: Tx, command: registry_figures.ReadTrend) -> Shape:
        """How many stood where on some days."""
        return statistics.read_trend(tx, command)

    @accepts(registry_figures.ReadLedger)
    def ledger(self, tx: Tx, command: registry_figures.ReadLedger) -> Shape:
        """One of the five ledgers of a year."""
        return ledgers.read_ledger(tx, command)

    @accepts(registry_bulletins.DraftBulletin)
    def draft_bulletin(self, tx: Tx, command: registry_bulletins.DraftBulletin) -> Shape:
        """The bulletin of a period, not kept."""
        return bulletins.draft_bulletin(tx, command)

    @accepts(registry_bulletins.IssueBulletin)
    def issue_bulletin(self, tx: Tx, command: registry_bulletins.IssueBulletin) -> Shape:
        """Keep a bulletin under its number and day."""
        return bulletins.issue_bulletin(tx, command)

    @accepts(registry_bulletins.ListBulletins)
    def bulletins(self, tx: Tx, command: registry_bulletins.ListBulletins) -> Shape:
        """Bulletins issued, newest first."""
        return bulletins.list_bulletins(tx, command)

    @accepts(registry_bulletins.GetBulletin)
    def bulletin(self, tx: Tx, command: registry_bulletins.GetBulletin) -> Shape:
        """A bulletin as it was issued."""
        return bulletins.get_bulletin(tx, command)

    @timer(interval=LAPSING_SECONDS)
    def lapse_titles(self) -> None:
        """Titles of a limited term run out on their day, without anybody's act."""
        with open_tx(engine_for("registry"), service="registry") as tx:
            progress.lapse_titles(tx)
