"""Titles and plaques, practices, organisation nodes, the changes feed."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, CLERK, PUBLIC, Door
from shared.contracts import oversight, registry_acts
from shared.contracts.oversight_answers import PublicationPage
from shared.contracts.registry_answers import (
    ChangesPage,
    PlaqueCheck,
    PracticeView,
    PublicPage,
    TitlePage,
    TitleView,
)

_PLAQUE = "/titles/{title_id}/plaque"

DOORS = (
    Door(
        "GET",
        "/titles",
        registry_acts.ListTitles,
        "荣誉名册（可查某日状态、某时所知）",
        ANYONE,
        TitlePage,
    ),
    Door("GET", "/titles/{title_id}", registry_acts.GetTitle, "查看称号", ANYONE, TitleView),
    Door("POST", _PLAQUE + "/issue", registry_acts.IssuePlaque, "发放铭牌", CLERK, TitleView),
    Door("POST", _PLAQUE + "/return", registry_acts.ReturnPlaque, "收回铭牌", CLERK, TitleView),
    Door("POST", _PLAQUE + "/loss", registry_acts.LosePlaque, "铭牌遗失", CLERK, TitleView),
    Door("GET", "/practices", registry_acts.FindPractices, "经验做法库", ANYONE),
    Door(
        "POST",
        "/practices",
        registry_acts.AddPractice,
        "收录经验做法",
        CLERK,
        PracticeView,
        status=201,
    ),
    Door(
        "POST",
        "/practices/{practice_id}/publication",
        registry_acts.PublishPractice,
        "公布或撤下经验做法",
        CLERK,
        PracticeView,
    ),
    Door("GET", "/nodes", registry_acts.ListNodes, "三方组织", ANYONE),
    Door("GET", "/changes", registry_acts.Changes, "变更流", ANYONE, ChangesPage),
)

PUBLIC_DOORS = (
    Door("GET", "/register", registry_acts.PublicRegister, "公开名册", PUBLIC, PublicPage),
    Door(
        "GET",
        "/plaques/{number_or_code}",
        registry_acts.VerifyPlaque,
        "核验铭牌",
        PUBLIC,
        PlaqueCheck,
    ),
    Door("GET", "/removals", oversight.ListPublications, "取消称号公告", PUBLIC, PublicationPage),
)
