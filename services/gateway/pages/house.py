"""The list of page modules, in the order their routes are looked through."""

from __future__ import annotations

from fastapi import FastAPI

from services.gateway.pages import sign_in

MODULES = (sign_in,)


def include_pages(app: FastAPI) -> None:
    """Hang every page on the application."""
    for module in MODULES:
        app.include_router(module.pages.router)
