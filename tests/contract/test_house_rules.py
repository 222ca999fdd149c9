"""The house keeps its own rules; each failure names the remedy."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from deploy.topology import service_classes
from shared.contracts import EVENTS
from shared.messaging.topology import hearings
from shared.runtime.settings import SERVICES, Settings

ROOT = Path(__file__).resolve().parents[2]
DOMAIN_SERVICES = [s for s in SERVICES if s != "gateway"]
MOST_LINES = 400
FORBIDDEN = {"utils", "helpers", "common", "misc", "base", "core", "manager", "processor", "engine",
             "impl", "data", "types"}  # fmt: skip
HEARD_BY_NOBODY_YET: set[str] = set()  # name an event here only with the reason


def _tracked(*endings: str) -> list[Path]:
    found = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        ROOT / f for f in found.stdout.splitlines() if f.endswith(endings) and (ROOT / f).is_file()
    ]


def _sources() -> list[Path]:
    shipped = ("services", "shared", "deploy")
    return [
        p
        for p in _tracked(".py")
        if p.relative_to(ROOT).parts[0] in shipped and "versions" not in p.parts
    ]


def test_service_folders_are_the_services_of_the_import_contracts_and_of_compose() -> None:
    folders = {p.parent.name for p in (ROOT / "services").glob("*/__init__.py")}
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    independent = next(c for c in contracts if c["type"] == "independence")["modules"]
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))

    assert folders == set(SERVICES), "name the new service in shared.runtime.settings.SERVICES"
    assert {m.rsplit(".", 1)[1] for m in independent} == folders
    assert folders <= set(compose["services"]), "add the service to deploy/compose.yaml"


@pytest.mark.parametrize("service", DOMAIN_SERVICES)
def test_each_service_has_exactly_the_rooms(service: str) -> None:
    folder = ROOT / "services" / service
    rooms = {p.stem for p in folder.iterdir() if p.name not in ("__init__.py", "__pycache__")}

    assert rooms == {"service", "handlers", "store", "domain", "migrations"}, (
        "a room may grow, not get a sibling"
    )


def test_every_event_has_its_schema_and_its_frozen_sample() -> None:
    for event in EVENTS:
        name = f"{event.name}.v{event.version}.json"
        assert (ROOT / "shared/contracts/schemas" / name).exists(), f"run `make schemas` for {name}"
        assert (ROOT / "tests/contract/samples" / name).exists(), f"freeze a sample: {name}"


def test_every_event_said_is_heard_by_a_service_or_listed_with_a_reason() -> None:
    heard = {e.name for s in service_classes() for shapes in hearings(s).values() for e in shapes}

    unheard = {e.name for e in EVENTS} - heard

    assert unheard == HEARD_BY_NOBODY_YET


def test_no_module_is_too_long_and_none_has_a_forbidden_name() -> None:
    long = [(str(p.relative_to(ROOT)), n) for p in _sources()
            if (n := len(p.read_text(encoding="utf-8").splitlines())) > MOST_LINES]  # fmt: skip
    named = [str(p.relative_to(ROOT)) for p in _sources() if p.stem in FORBIDDEN]

    assert long == [], "split the module"
    assert named == [], "name the module by what it holds"


def test_migrations_are_numbered_without_gaps_and_have_one_head() -> None:
    for service in SERVICES:
        numbers = sorted(
            int(p.name[:4])
            for p in (ROOT / "services" / service / "migrations/versions").glob("0*.py")
        )
        assert numbers == list(range(1, len(numbers) + 1)), f"renumber {service}'s migrations"


def test_every_setting_is_in_the_settings_page() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")

    missing = [n for n, f in Settings.model_fields.items() if (f.description or n) not in page]

    assert missing == [], "run `make schemas`"


def test_lock_and_sources_carry_no_address_of_a_registry_or_path_of_a_machine() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    machine = re.compile(r"(^|[^A-Za-z0-9_.-])/(wor[k]|far[m])/")
    paths = [str(p.relative_to(ROOT)) for p in _tracked(".py", ".yaml", ".md", ".html", ".toml")
             if machine.search(p.read_text(encoding="utf-8"))]  # fmt: skip

    assert "://" not in lock
    assert paths == []
