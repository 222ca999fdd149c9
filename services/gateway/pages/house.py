"""The list of page modules, in the order their routes are looked through."""

from __future__ import annotations

from fastapi import FastAPI

from services.gateway.pages import (
    acts,
    acts_evaluation,
    acts_oversight,
    acts_people,
    acts_registry,
    applications,
    bulletins,
    cases,
    decisions,
    feeds,
    home,
    imports,
    ledgers,
    organisations,
    planner,
    plans,
    public,
    rounds,
    self_assessment,
    sign_in,
    statistics,
    titles,
    units,
)

MODULES = (
    sign_in,
    home,
    acts,
    units,
    imports,
    applications,
    cases,
    decisions,
    feeds,
    planner,
    plans,
    public,
    rounds,
    self_assessment,
    titles,
    statistics,
    ledgers,
    bulletins,
    organisations,
)
ACTS = (
    acts_registry.REGISTRY,
    acts_evaluation.EVALUATION,
    acts_oversight.OVERSIGHT,
    acts_people.PEOPLE,
)


def include_pages(app: FastAPI) -> frozenset[str]:
    """Hang every page on the application; the paths that can be read."""
    for module in MODULES:
        app.include_router(module.pages.router)
    return frozenset().union(*(module.pages.paths for module in MODULES))
