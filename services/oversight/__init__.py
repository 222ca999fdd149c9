"""Oversight: watching, holding, leaving.

owns    agencies and their keys · the inbox of agency events · triggers and verdicts · receipts ·
        holds · the review queue · exit cases · check campaigns · removals
accepts commands of shared.contracts.oversight_feed (agencies, triggers, holds) and
        shared.contracts.oversight (review, exit cases, checks)
hears   registry.PackActivated, UnitEntered, UnitClosed, UnitReopened, UnitMerged,
        CommitmentAccepted, TitleGranted, TitleRevoked, PlaqueReturned ·
        evaluation.UnitRecognised, RecognitionWithdrawn ·
        incentives.EntitlementChanged (passed on to the agencies' feeds)
says    HoldPlaced, HoldLifted, WarningRecorded, ExitCaseOpened, ExitDecided, RemovalPublished

Three processes: the nameko service (`service.rpc`), the ingress that stores and acknowledges what
agencies publish (`service.ingress`), and the judge (`service.judge`). A flood or a bug in judging
never stops storing.
"""
