"""The list of page modules, in the order their routes are looked through."""

from __future__ import annotations

from fastapi import FastAPI

from services.gateway.pages import (
    acts,
    acts_calendar,
    acts_evaluation,
    acts_oversight,
    acts_people,
    acts_registry,
    acts_units,
    applications,
    bulletins,
    calendar,
    cases,
    decisions,
    duplicates,
    exchange,
    feeds,
    home,
    imports,
    ledgers,
    library,
    lists,
    organisations,
    packs,
    planner,
    plans,
    public,
    public_units,
    record_imports,
    records,
    records_form,
    records_gaps,
    records_one,
    records_unit,
    reports,
    rounds,
    self_assessment,
    sign_in,
    statistics,
    tasks,
    titles,
    unit_form,
    unit_page,
    units,
    workdays,
)

MODULES = (
    sign_in,
    home,
    acts,
    units,
    unit_form,  # before the page of one unit: "/units/new" is no unit's id
    unit_page,
    duplicates,
    imports,
    record_imports,
    exchange,
    lists,
    applications,
    cases,
    decisions,
    feeds,
    planner,
    plans,
    public,
    public_units,
    rounds,
    self_assessment,
    library,
    titles,
    statistics,
    ledgers,
    bulletins,
    organisations,
    packs,
    calendar,
    tasks,
    reports,
    workdays,
    records_form,
    records,
    records_one,
    records_unit,
    records_gaps,
)
ACTS = (
    acts_registry.REGISTRY,
    acts_units.UNIT_LIFE,
    acts_evaluation.EVALUATION,
    acts_oversight.OVERSIGHT,
    acts_people.PEOPLE,
    acts_calendar.CALENDAR,
)


def include_pages(app: FastAPI) -> frozenset[str]:
    """Hang every page on the application; the paths that can be read."""
    for module in MODULES:
        app.router.routes.extend(module.pages.router.routes)
    return frozenset().union(*(module.pages.paths for module in MODULES))
