"""Every kind of page: accessible, in Chinese words, no wider than a phone, quiet under the strict CSP."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe

from deploy.sample import people
from shared.contracts.registry_bulletins import IssueBulletin
from shared.contracts.registry_library import HonourItem, ProposeHonours
from shared.contracts.registry_records import RecordEntry, SaveRecord
from shared.policy.load import load_pack, pack_ids
from tests.browser.portal import Person, Portal
from tests.browser.year import Year
from tests.support.agencies import Agencies
from tests.support.oversight import open_case, title_of

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
_RAW = re.compile(
    r"\b(?:[a-z]+_[a-z_]+(?<!_)|clerk|reviewer|seat|enterprise|site|government|workers|employers|"
    r"None|null|undefined|True|False)\b|\d{4}-\d\d-\d\dT\d\d|\d\d:\d\d:\d\d\.\d+|\+00:00"
    r"|\b\d{6}(?:\.\w+)*(?:-[A-Za-z_]+)*-[A-Za-z_]{3,}(?:-[A-Za-z_]+)*-\d"  # a word in our number
)
_HAS_ENGLISH = re.compile(r"[\w-]+-decision-\w+")

Paths = dict[str, str]


@pytest.fixture(scope="module")
def paths(portal: Portal, year: Year, agencies: Agencies) -> Paths:
    """Where each kind of page is; nb-jb sees them all."""
    unit, plain = year.take(), year.take()
    agencies.get("ldjc-330203").accepted(
        "labour_inspection.case_decided", plain["code"], severity="major"
    )
    title = portal.behind(lambda: title_of(portal.system, unit))
    case = portal.behind(lambda: open_case(portal.system, unit))
    clerk = portal.person("nb-jb")
    assessments = f"/units/{unit['unit_id']}/assessments"
    found = {
        "desk": "/", "units": "/units", "nothing found": "/units?text=没有这样的单位",
        "unit": f"/units/{unit['unit_id']}", "held unit": f"/units/{plain['unit_id']}",
        "assessments": assessments,
        "assessment": _first(clerk.go(assessments), "main tbody a"), "imports": "/imports",
        "applications": "/applications", "rounds": "/rounds", "round": f"/rounds/{year.story_round}",
        "nominations": "/nominations", "nomination": f"/nominations/{year.nomination}",
        "objections": "/objections", "titles": "/titles", "title": f"/titles/{title['title_id']}",
        "cases": "/cases", "case": f"/cases/{case['case_id']}", "reviews": "/reviews",
        "planner": f"/planner?purpose=labour_inspection_routine&code={unit['code']}",
        "why": f"/decisions/{title['decision_id']}", "missing page": "/no-such-page",
        "packs": "/packs", "pack": "/packs/ningbo-2023", "pack in full": "/packs/ningbo-2023?open=1",
        "difference": "/packs/ningbo-2019/difference/ningbo-2023",
        "calendar": "/calendar?year=2026", "by month": "/calendar?year=2026&view=month",
        "by duty": "/calendar?year=2026&view=duty", "task": "/tasks/330203:self_assessment:2026",
        "plans": "/plans?year=2026", "plan": "/plans/330203/2026", "reports": "/reports?year=2026",
        "report": "/reports/year_report/330203/2026",
        "workdays": "/workdays?start=2026-09-28&days=5",
        "records": "/records", "record list": "/records/contact", "gaps": "/gaps",
        "record form": "/records/training/new", "gap": "/gaps/not_visited",
        "record": _a_record(portal, unit["unit_id"]),
    }  # fmt: skip
    found["statistics"], found["measures"] = "/statistics", "/statistics/measures?measure=coverage"
    found["ledger"] = "/ledgers/archive?year=2026"
    found |= _FIGURES
    found["bulletins"] = "/bulletins?from_on=2026-01-01&to_on=2026-03-31"
    issue = IssueBulletin(from_on=date(2026, 1, 1), to_on=date(2026, 3, 31))
    bulletin = portal.ask(issue, people.reviewer(people.CITY))
    found["bulletin"] = f"/bulletins/{bulletin['bulletin_id']}"
    honour = HonourItem(
        unit_id=unit["unit_id"], title_kind="provincial_demonstration",
        granted_on=date(2018, 3, 1), number="浙和2018-7",
    )  # fmt: skip
    batch = ProposeHonours(document="浙劳三方〔2018〕9号", reason="补录历年荣誉", items=(honour,))
    portal.ask(batch, people.clerk(people.CITY))
    found["library"], found["honours"] = "/library", "/honours"
    found["application"] = _first(clerk.go("/applications"), "main tbody a[href^='/applications/']")
    found["review"] = _first(clerk.go("/reviews"), "main tbody a[href^='/reviews/']")
    found["public register"] = "/public/register"
    found["plaque"] = f"/public/plaques/{title['plaque']['number']}"
    found["unknown plaque"] = "/public/plaques/no-such-plaque"
    found["notices"], found["notice"] = "/public/notices", f"/public/notices/{year.notice}"
    found["removals"] = "/public/removals"
    found["published"] = "/public/records/call?node=330200"
    found["duplicates"], found["unit form"] = "/duplicates", "/units/new?kind=enterprise"
    found["kinds"] = "/units/new"
    found |= _of_the_register(clerk, unit["unit_id"])
    found["record amended"] = f"{found['record']}/amend"
    found["public units"], found["places"] = "/public/units/station", "/public/records"
    found["plaque asked for"] = "/public/plaques"
    return found


_FIGURES = {
    "statistics of a district": "/statistics?node=330203",
    "statistics as of a day": "/statistics?as_of=2026-03-31&known_on=2026-03-31",
    "all measures": "/statistics/measures", "a count": "/statistics/measures?measure=check_ups",
    **{f"{one} ledger": f"/ledgers/{one}?year=2026"
       for one in ("application", "filing", "evaluation", "adjustment")},
    "plan form": "/plans?year=2029", "an earlier version": "/plans/330203/2026?version=1",
    "report not begun": "/reports/year_report/330203/2027", "empty planner": "/planner",
    "titles as of a day": "/titles?as_of=2026-03-31&known_on=2026-03-31",
    "difference of baseline": "/packs/national-2023/difference/hunan-2023",
}  # fmt: skip


def _a_record(portal: Portal, unit_id: str) -> str:
    """A record written by the city's clerk, with its page."""
    values = {"way": "上门动员", "result": "愿意参加"}
    entry = RecordEntry.model_validate({"kind": "contact", "unit_id": unit_id, "values": values})
    clerk = people.clerk(people.CITY)
    kept = portal.behind(lambda: portal.system.ask(SaveRecord(record=entry), clerk))
    return f"/records/contact/{kept['record_id']}"


def _first(person: Person, selector: str) -> str:
    return str(person.page.locator(selector).first.get_attribute("href"))


def _of_the_register(clerk: Person, unit_id: str) -> Paths:
    """Pages about the register itself: a unit's forms, what came by file, who runs the region."""
    return {
        "unit amended": f"/units/{unit_id}/edit", "unit moved": f"/units/{unit_id}/move",
        "site form": "/units/new?kind=site", "import": _first(clerk.go("/imports"), "main tbody a"),
        "record imports": "/record-imports", "exchange": "/exchange", "feeds": "/agencies",
        "organisations": "/organisations", "organisation": "/organisations/330203",
        "divisions": "/divisions", "forbidden": "/inbox",
    }  # fmt: skip


_KINDS = (
    "desk", "units", "nothing found", "unit", "held unit", "assessments", "assessment", "imports",
    "applications", "application", "rounds", "round", "nominations", "nomination", "objections",
    "titles", "title", "cases", "case", "reviews", "review", "planner", "why", "missing page",
    "packs", "pack", "pack in full", "difference",
    "calendar", "by month", "by duty", "task", "plans", "plan", "reports", "report", "workdays",
    "statistics", "measures", "ledger", "bulletins", "bulletin", *_FIGURES,
    "library", "honours",
    "duplicates", "kinds", "unit form",
    "records", "record list", "record form", "record", "gaps", "gap",
    "unit amended", "unit moved", "site form", "import", "record imports", "exchange", "feeds",
    "organisations", "organisation", "divisions", "forbidden", "record amended",
)  # fmt: skip
_PUBLIC = (
    "public register",
    "plaque",
    "unknown plaque",
    "notices",
    "notice",
    "removals",
    "published",
    "public units",
    "places",
    "plaque asked for",
)


# Rows and lines that are marked up alike look alike: the scan measures the first of each look only.
_ONE_OF_EACH_LOOK = """() => {
  for (const list of document.querySelectorAll('tbody, ul, ol')) {
    const seen = new Set()
    for (const line of [...list.children]) {
      const look = line.outerHTML.replace(/>[^<]+/g, '>').replace(/ (?!class|type)[\\w-]+="[^"]*"/g, '')
      if (seen.has(look)) line.remove()
      seen.add(look)
    }
  }
}"""


def _check(person: Person) -> list[str]:
    """What a careful reader would object to on this page."""
    wrong = _raw_words(person.text)
    for what, fits in _FRAME.items():
        wrong += [] if fits(person) else [what]
    person.page.evaluate(_ONE_OF_EACH_LOOK)
    found = Axe().run(person.page, options=_RULES).response["violations"]
    return wrong + [
        f"{v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def _raw_words(text: str) -> list[str]:
    """Words of the code that no reader should see."""
    return sorted({f"raw: {raw}" for raw in _RAW.findall(_HAS_ENGLISH.sub("", text))})


def _fits_a_phone(person: Person) -> bool:
    person.page.set_viewport_size({"width": 390, "height": 844})
    wide = int(person.page.evaluate("document.scrollingElement.scrollWidth"))
    person.page.set_viewport_size({"width": 1440, "height": 900})
    return wide <= 390


_FRAME: dict[str, Callable[[Person], bool]] = {
    "one heading": lambda p: p.page.locator("h1").count() == 1,
    "language": lambda p: p.page.locator("html").get_attribute("lang") == "zh-CN",
    "title": lambda p: len(p.page.title()) > len(" · 和谐劳动关系创建"),
    "no wider than a phone": _fits_a_phone,
}


@pytest.mark.parametrize("kind", _KINDS)
def test_an_officers_page_is_accessible_and_in_words(
    portal: Portal, paths: Paths, kind: str
) -> None:
    assert _check(portal.person("nb-jb").go(paths[kind])) == []


@pytest.mark.parametrize("kind", _PUBLIC)
def test_a_public_page_is_accessible_and_in_words(portal: Portal, paths: Paths, kind: str) -> None:
    assert _check(portal.anybody().go(paths[kind])) == []


@pytest.mark.parametrize("pack_id", sorted(pack_ids()))
def test_every_sentence_and_rule_of_a_pack_is_told_in_words(portal: Portal, pack_id: str) -> None:
    reader = portal.person("nb-jb")
    answer = reader.page.request.get(f"{reader.base}/packs/{pack_id}?open=1")
    words = html.unescape(re.sub(r"<[^>]+>", " ", answer.text()))

    assert answer.ok
    clauses = load_pack(pack_id).clauses.values()
    assert [c.id for c in clauses if _joined(c.wording) not in _joined(words)] == []
    assert _raw_words(words) == []


def _joined(text: str) -> str:
    return "".join(text.split())


def test_the_table_of_workdays_is_mended_on_a_form_with_help(portal: Portal) -> None:
    admin = portal.person("sys").go("/workdays?edit=2026")

    assert _check(admin) == []
    assert admin.page.locator("#enter h2").inner_text() == "更正2026年的安排"


def test_on_a_phone_a_pack_begins_folded_and_opens_where_one_is_sent(portal: Portal) -> None:
    clerk = portal.person("nb-jb")
    clerk.page.set_viewport_size({"width": 390, "height": 844})
    clerk.go("/packs/hunan-2023")
    folded = clerk.page.evaluate("document.scrollingElement.scrollHeight")
    clerk.page.locator("nav.contents").get_by_role("link", name="激励", exact=True).click()
    opened = clerk.page.locator("details.fold[open]")
    opened.first.wait_for()  # the page hears of its new place after the click has been answered
    unfolded = opened.count()
    clerk.page.set_viewport_size({"width": 1440, "height": 900})

    assert folded < 4000
    assert unfolded == 1


def test_the_door_and_the_desks_of_other_roles_are_accessible(portal: Portal) -> None:
    wrong = {"the door": _check(portal.stranger().go("/sign-in"))}
    for login in ("nb-jc", "nb-xw2", "aud", "qy-titled"):
        wrong[login] = _check(portal.person(login).go("/"))

    assert not any(wrong.values()), wrong
