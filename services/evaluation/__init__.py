"""Evaluation: does a unit meet the standard, who said so, and what was named.

owns    self-assessments · resolutions · applications · opinions · rounds · nominations · notices ·
        objections · recognitions
accepts commands of shared.contracts.evaluation and shared.contracts.evaluation_round
hears   registry.PackActivated, UnitEntered, UnitClosed, UnitReopened, PlanFiled,
        CommitmentAccepted, CultivationStarted, TitleGranted, TitleRevoked, WorkdaysArranged;
        oversight.HoldPlaced, HoldLifted
says    ApplicationReceived, UnitRecognised, RecognitionWithdrawn, NamingApproved, NoticePosted
"""
