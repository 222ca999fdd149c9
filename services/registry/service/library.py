"""Honours of earlier years and of other bodies; the library and the three-level register."""

from __future__ import annotations

from typing import Any

from services.registry.handlers import honour_batches, library
from shared.contracts import registry_library as contract
from shared.contracts.message import Shape
from shared.messaging.answer import accepts
from shared.messaging.tx import Tx


class Library:
    """Honours of earlier years and of other bodies; the library and the three-level register."""

    @accepts(contract.ProposeHonours)
    def propose_honours(self, tx: Tx, command: contract.ProposeHonours) -> Shape:
        """Hand in honours of earlier years or of other bodies, for a second person to confirm."""
        return honour_batches.propose_honours(tx, command)

    @accepts(contract.ProposeReview)
    def propose_review(self, tx: Tx, command: contract.ProposeReview) -> Shape:
        """Hand in the results of a re-evaluation, for a second person to confirm."""
        return honour_batches.propose_review(tx, command)

    @accepts(contract.ConfirmHonours)
    def confirm_honours(self, tx: Tx, command: contract.ConfirmHonours) -> Shape:
        """Let a batch take effect."""
        return honour_batches.confirm_honours(tx, command)

    @accepts(contract.ReturnHonours)
    def return_honours(self, tx: Tx, command: contract.ReturnHonours) -> Shape:
        """Send a batch back."""
        return honour_batches.return_honours(tx, command)

    @accepts(contract.ListHonourBatches)
    def list_honour_batches(self, tx: Tx, command: contract.ListHonourBatches) -> dict[str, Any]:
        """The newest batches."""
        return honour_batches.list_honour_batches(tx, command)

    @accepts(contract.ListLibrary)
    def list_library(self, tx: Tx, command: contract.ListLibrary) -> Shape:
        """A page of the library with its counts."""
        return library.list_library(tx, command)

    @accepts(contract.ListTitleRounds)
    def list_title_rounds(self, tx: Tx, command: contract.ListTitleRounds) -> dict[str, Any]:
        """Titles that come round every few years."""
        return library.list_title_rounds(tx, command)

    @accepts(contract.SetTitleRound)
    def set_title_round(self, tx: Tx, command: contract.SetTitleRound) -> Shape:
        """Enter the year of a next round."""
        return library.set_title_round(tx, command)
