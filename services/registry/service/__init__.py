"""Entrypoints of the registry: each names its command or events and hands over to a handler."""

from __future__ import annotations

from services.registry.service.calendar import Calendar
from services.registry.service.exchange import Exchange
from services.registry.service.figures import Figures
from services.registry.service.library import Library
from services.registry.service.people import People
from services.registry.service.records import Records
from services.registry.service.register import Register
from services.registry.service.units import UnitLife


class RegistryService(Register, UnitLife, Records, Calendar, People, Figures, Library, Exchange):
    """Who is a unit, in what standing, what is done for it, and which honours it holds."""

    name = "registry"
