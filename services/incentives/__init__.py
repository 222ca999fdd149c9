"""Incentives: what a unit is entitled to, and when.

owns    a copy of each unit's standing (entry, recognition, titles, holds) · entitlements as
        leases · the relief table that inspection planners ask · calls, service requests,
        subsidies, contacts, diagnoses and visits (take-up of NB23 三(二))
accepts commands of shared.contracts.incentives
hears   registry.PackActivated, UnitEntered, UnitClosed, UnitReopened, TitleGranted,
        TitleRevoked, evaluation.UnitRecognised, RecognitionWithdrawn, oversight.HoldPlaced, HoldLifted
says    EntitlementChanged

Benefits, their conditions and clauses come from the pack in force. A hold never waits for anything:
it is kept by unit id even before the unit is known, and commutes with every other event.
"""
