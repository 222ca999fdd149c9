"""Every sample ever frozen still reads as today's shape; schemas are what the classes say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.asyncapi import asyncapi
from shared.contracts import CATALOGUE
from shared.contracts.message import SYSTEM, Envelope, Unreadable, read

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))
SCHEMAS = Path(__file__).resolve().parents[2] / "shared/contracts/schemas"


def _envelope(type_: str, version: int, data: dict[str, object]) -> Envelope:
    return Envelope(
        id="evt_1", source=type_.split(".", maxsplit=1)[0], type=type_, version=version,
        time="2026-03-10T04:00:00Z", subject="unit_1", sequence=1, correlation_id="c_1",
        actor=SYSTEM, data=data,
    )  # fmt: skip


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_a_frozen_sample_still_reads(path: Path) -> None:
    type_, _, version = path.stem.rpartition(".v")
    data = json.loads(path.read_text(encoding="utf-8"))

    event = read(_envelope(type_, int(version), data), CATALOGUE)

    assert event.subject()
    assert Envelope.from_bytes(_envelope(type_, int(version), data).to_bytes()).data == data


@pytest.mark.parametrize(("type_", "version"), sorted(CATALOGUE), ids=str)
def test_the_checked_in_schema_is_what_the_class_says(type_: str, version: int) -> None:
    kept = json.loads((SCHEMAS / f"{type_}.v{version}.json").read_text(encoding="utf-8"))

    made = CATALOGUE[type_, version].model_json_schema() | {"$id": f"{type_}.v{version}"}

    assert kept == made, "run `make schemas`; a changed meaning needs a new version"


def test_an_unknown_version_is_refused_not_guessed() -> None:
    type_, _ = sorted(CATALOGUE)[0]

    with pytest.raises(Unreadable, match="v99"):
        read(_envelope(type_, 99, {}), CATALOGUE)


def test_an_unknown_field_is_ignored_when_read_and_refused_when_made() -> None:
    path = SAMPLES[0]
    type_, _, version = path.stem.rpartition(".v")
    data = json.loads(path.read_text(encoding="utf-8")) | {"field_of_tomorrow": 1}

    read(_envelope(type_, int(version), data), CATALOGUE)

    with pytest.raises(ValueError, match="field_of_tomorrow"):
        CATALOGUE[type_, int(version)](**data)


def test_every_reference_of_the_asyncapi_document_resolves() -> None:
    document = asyncapi()

    def walk(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [r for v in node.values() for r in walk(v)]
        return [r for v in node for r in walk(v)] if isinstance(node, list) else []

    for reference in walk(document):
        found: object = document
        for part in reference.removeprefix("#/").split("/"):
            assert isinstance(found, dict)
            assert part in found, reference
            found = found[part]
