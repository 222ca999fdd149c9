"""Entrypoints of the registry: each names its command or events and hands over to a handler."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer

from services.registry.handlers import (
    files,
    history,
    honours,
    imports,
    joining,
    packs,
    plaques,
    units,
)
from shared.contracts import evaluation, oversight, registry, registry_acts, registry_packs
from shared.contracts.message import Shape
from shared.messaging.answer import accepts
from shared.messaging.consume import hears
from shared.messaging.tx import Heard, Tx, open_tx
from shared.runtime.database import engine_for


def _turn() -> bool:
    with open_tx(engine_for("registry"), service="registry") as tx:
        return imports.go_on_entering(tx)


class Register:
    """Units, their files, honours and history."""

    @accepts(registry.RegisterUnit)
    def register_unit(self, tx: Tx, command: registry.RegisterUnit) -> Shape:
        """Enter one unit; the pack's kinds and rules decide, the code is the hard key."""
        return units.register_unit(tx, command)

    @accepts(registry.AmendUnit)
    def amend_unit(self, tx: Tx, command: registry.AmendUnit) -> Shape:
        """Replace an entry the officer has seen; an entry changed meanwhile is refused."""
        return units.amend_unit(tx, command)

    @accepts(registry.CloseUnit)
    def close_unit(self, tx: Tx, command: registry.CloseUnit) -> Shape:
        """End an entry (a site is finished, an enterprise closed); honours stay in history (A-44)."""
        return units.close_unit(tx, command)

    @accepts(registry.GetUnit)
    def get_unit(self, tx: Tx, command: registry.GetUnit) -> Shape:
        """One unit of the actor's area."""
        return units.get_unit(tx, command)

    @accepts(registry.FindUnits)
    def find_units(self, tx: Tx, command: registry.FindUnits) -> Shape:
        """A page of units."""
        return units.find_units(tx, command)

    @accepts(registry.ExportUnits)
    def export_units(self, tx: Tx, command: registry.ExportUnits) -> Shape:
        """A large page of exactly what is filtered."""
        return units.export_units(tx, command)

    @accepts(registry.CountUnits)
    def count_units(self, tx: Tx, command: registry.CountUnits) -> Shape:
        """How many, by kind, standing and district."""
        return units.count_units(tx, command)

    @accepts(registry.StageImport)
    def stage_import(self, tx: Tx, command: registry.StageImport) -> Shape:
        """Judge a chunk of rows and keep the findings; nothing enters the register."""
        return imports.stage_import(tx, command)

    @accepts(registry.ConfirmImport)
    def confirm_import(self, tx: Tx, command: registry.ConfirmImport) -> Shape:
        """Let the first rows enter; the others follow by themselves while status is "entering"."""
        return imports.confirm_import(tx, command)

    @timer(interval=1.0)
    def go_on_entering(self) -> None:
        """Large imports that were confirmed enter set by set, each in its own transaction."""
        while _turn():
            continue

    @accepts(registry.DiscardImport)
    def discard_import(self, tx: Tx, command: registry.DiscardImport) -> Shape:
        """Drop an import that has not begun to enter."""
        return imports.discard_import(tx, command)

    @accepts(registry.GetImport)
    def get_import(self, tx: Tx, command: registry.GetImport) -> Shape:
        """The findings of an import."""
        return imports.get_import(tx, command)

    @accepts(registry.ListImports)
    def list_imports(self, tx: Tx, command: registry.ListImports) -> dict[str, Any]:
        """The newest imports of the actor's area."""
        return imports.list_imports(tx, command)

    @accepts(registry_acts.SubmitCommitment)
    def submit_commitment(self, tx: Tx, command: registry_acts.SubmitCommitment) -> Shape:
        """Hand a signed letter to the office of the unit's seat (NB23 二(一))."""
        return files.submit_commitment(tx, command)

    @accepts(registry_acts.AcceptCommitment)
    def accept_commitment(self, tx: Tx, command: registry_acts.AcceptCommitment) -> Shape:
        """The office accepts: from now on the unit is creating (NB23 二(一))."""
        return files.accept_commitment(tx, command)

    @accepts(registry_acts.JoinProgramme)
    def join_programme(self, tx: Tx, command: registry_acts.JoinProgramme) -> Shape:
        """Units take part where no commitment letter is printed (A-11)."""
        return joining.join_programme(tx, command)

    @accepts(registry_acts.ReturnCommitment)
    def return_commitment(self, tx: Tx, command: registry_acts.ReturnCommitment) -> Shape:
        """Send a letter back with what is missing; the unit may hand in another."""
        return files.return_commitment(tx, command)

    @accepts(registry_acts.ListCommitments)
    def list_commitments(self, tx: Tx, command: registry_acts.ListCommitments) -> dict[str, Any]:
        """Letters of the actor's area."""
        return files.list_commitments(tx, command)

    @accepts(registry_acts.StartCultivation)
    def start_cultivation(self, tx: Tx, command: registry_acts.StartCultivation) -> Shape:
        """Begin the cultivation of a recognised unit; naming looks at its length (NB23 二(三))."""
        return files.start_cultivation(tx, command)

    @accepts(registry_acts.GetCultivation)
    def get_cultivation(self, tx: Tx, command: registry_acts.GetCultivation) -> Shape:
        """A unit's cultivation file."""
        return files.get_cultivation(tx, command)

    @accepts(registry_acts.AddPractice)
    def add_practice(self, tx: Tx, command: registry_acts.AddPractice) -> Shape:
        """Keep a practice of a named unit (NB23 二(四)推广经验做法)."""
        return files.add_practice(tx, command)

    @accepts(registry_acts.PublishPractice)
    def publish_practice(self, tx: Tx, command: registry_acts.PublishPractice) -> Shape:
        """Publish a practice, or take it down again."""
        return files.publish_practice(tx, command)

    @accepts(registry_acts.FindPractices)
    def find_practices(self, tx: Tx, command: registry_acts.FindPractices) -> dict[str, Any]:
        """Practices by unit and words; people outside the office see published ones."""
        return files.find_practices(tx, command)

    @accepts(registry_acts.GetTitle)
    def get_title(self, tx: Tx, command: registry_acts.GetTitle) -> Shape:
        """A title as of a day, as known at an instant."""
        return honours.get_title(tx, command)

    @accepts(registry_acts.ListTitles)
    def list_titles(self, tx: Tx, command: registry_acts.ListTitles) -> Shape:
        """The honour register of the actor's area: now, or as it stood as then known."""
        return honours.list_titles(tx, command)

    @accepts(registry_acts.PublicRegister)
    def public_register(self, tx: Tx, command: registry_acts.PublicRegister) -> Shape:
        """The list published to society (NB23 二(四)、二(五)); anybody may read it."""
        return honours.public_register(tx, command)

    @accepts(registry_acts.VerifyPlaque)
    def verify_plaque(self, tx: Tx, command: registry_acts.VerifyPlaque) -> Shape:
        """The live state behind a plaque; anybody may ask."""
        return plaques.verify_plaque(tx, command)

    @accepts(registry_acts.IssuePlaque)
    def issue_plaque(self, tx: Tx, command: registry_acts.IssuePlaque) -> Shape:
        """Hand a plaque over (NB23 二(四) 颁发铭牌)."""
        return plaques.issue_plaque(tx, command)

    @accepts(registry_acts.ReturnPlaque)
    def return_plaque(self, tx: Tx, command: registry_acts.ReturnPlaque) -> Shape:
        """The plaque of a cancelled naming came back (NB23 二(五) 收回铭牌)."""
        return plaques.return_plaque(tx, command)

    @accepts(registry_acts.LosePlaque)
    def lose_plaque(self, tx: Tx, command: registry_acts.LosePlaque) -> Shape:
        """The plaque is lost; the reason is kept and the number is void (遗失作废)."""
        return plaques.lose_plaque(tx, command)

    @accepts(registry_acts.ActivatePack)
    def activate_pack(self, tx: Tx, command: registry_acts.ActivatePack) -> Shape:
        """Put a pack to work for a jurisdiction from a day on; a draft stays marked as one."""
        return packs.activate_pack(tx, command)

    @accepts(registry_acts.ListActivations)
    def list_activations(self, tx: Tx, command: registry_acts.ListActivations) -> dict[str, Any]:
        """Who put which pack to work, and why."""
        return packs.list_activations(tx, command)

    @accepts(registry_packs.ReadPack)
    def read_pack(self, tx: Tx, command: registry_packs.ReadPack) -> Shape:
        """A version that was put to work once, as it was then."""
        return packs.read_pack(tx, command)

    @accepts(registry_acts.ListNodes)
    def list_nodes(self, tx: Tx, command: registry_acts.ListNodes) -> dict[str, Any]:
        """Organisation nodes with their party bodies and sides (NB23 通知 主送)."""
        return packs.list_nodes(tx, command)

    @accepts(registry_acts.UnitTimeline)
    def unit_timeline(self, tx: Tx, command: registry_acts.UnitTimeline) -> dict[str, Any]:
        """What happened to a unit of the actor's area, newest first."""
        return history.unit_timeline(tx, command)

    @accepts(registry_acts.Changes)
    def changes(self, tx: Tx, command: registry_acts.Changes) -> Shape:
        """The feed: whoever has read up to a number misses nothing by asking from there."""
        return history.changes(tx, command)

    @accepts(registry_acts.GetDecision)
    def get_decision(self, tx: Tx, command: registry_acts.GetDecision) -> dict[str, Any]:
        """The legal chain of a decision of this service; another area's unit is 404."""
        return history.get_decision(tx, command)

    @hears(
        evaluation.CaseMoved,
        evaluation.ApplicationReceived,
        evaluation.UnitRecognised,
        evaluation.RecognitionWithdrawn,
        evaluation.NoticePosted,
        evaluation.NamingApproved,
    )
    def evaluation_results(self, tx: Tx, heard: list[Heard]) -> None:
        """Stage, standing, titles and ledgers follow what evaluation said."""
        history.hear_evaluation(tx, heard)

    @hears(
        oversight.HoldPlaced,
        oversight.HoldLifted,
        oversight.WarningRecorded,
        oversight.ExitCaseOpened,
        oversight.ExitDecided,
        oversight.RemovalPublished,
    )
    def oversight_findings(self, tx: Tx, heard: list[Heard]) -> None:
        """Revocations, and what stands against a unit, follow what oversight found."""
        history.hear_oversight(tx, heard)
