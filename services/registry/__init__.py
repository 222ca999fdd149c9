"""Registry: who is a unit, in what standing, and which honours it holds.

owns      units of every kind, imports, plans, commitments, cultivation, the honour register
          (titles, plaques, practices), the activation of packs, the timeline of a unit
accepts   see `shared/contracts/registry.py` and `registry_acts.py`
hears     evaluation: CaseMoved, UnitRecognised, RecognitionWithdrawn, NamingApproved, ApplicationReceived,
          NoticePosted · oversight: HoldPlaced, HoldLifted, WarningRecorded, ExitCaseOpened,
          ExitDecided, RemovalPublished
says      PackActivated, UnitEntered, UnitClosed, UnitReopened, UnitMerged, PlanFiled,
          CommitmentAccepted, CultivationStarted, TitleGranted, TitleRevoked, PlaqueReturned,
          WorkdaysArranged
"""
