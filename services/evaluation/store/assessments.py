"""Self-assessments with every version, and resolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from services.evaluation.domain.records import Assessment, AssessmentVersion, Resolution
from services.evaluation.domain.standing import Scope
from services.evaluation.store.copies_tables import known_unit
from services.evaluation.store.mapping import add, change, columns, find, find_all, in_scope
from services.evaluation.store.tables import assessment, assessment_version, resolution
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


def save_assessment(tx: Tx, record: Assessment) -> None:
    """A new assessment."""
    add(tx, assessment, record)


def save_version(tx: Tx, version: AssessmentVersion) -> None:
    """One more version; earlier ones are never touched."""
    add(tx, assessment_version, version)


def change_assessment(tx: Tx, assessment_id: str, **values: Any) -> None:
    """Change an assessment's own columns."""
    change(tx, assessment, assessment.c.assessment_id == assessment_id, **values)


def load_assessment(tx: Tx, assessment_id: str, scope: Scope, *, lock: bool = False) -> Assessment:
    """An assessment of a unit in scope; Refused 404 otherwise."""
    query = (
        select(*columns(assessment, Assessment))
        .join(known_unit, known_unit.c.unit_id == assessment.c.unit_id)
        .where(assessment.c.assessment_id == assessment_id, in_scope(scope))
    )
    if lock:
        query = query.with_for_update(of=assessment)
    found = find(tx, query, Assessment)
    if found is None:
        raise Refused("assessment_not_found", "没有这份自我评价，或它不在您的辖区", "", 404)
    return found


def load_version(tx: Tx, assessment_id: str, version: int) -> AssessmentVersion:
    """A version as it was saved; Refused 404 for a number never reached."""
    query = select(*columns(assessment_version, AssessmentVersion)).where(
        assessment_version.c.assessment_id == assessment_id,
        assessment_version.c.version == version,
    )
    found = find(tx, query, AssessmentVersion)
    if found is None:
        raise Refused("assessment_not_found", f"这份自我评价没有第{version}版", "", 404)
    return found


def count_versions(tx: Tx, assessment_id: str) -> int:
    """How many versions are kept."""
    query = (
        select(func.count())
        .select_from(assessment_version)
        .where(assessment_version.c.assessment_id == assessment_id)
    )
    return int(tx.session.execute(query).scalar_one())


def list_assessments(tx: Tx, unit_id: str, *, limit: int = 50) -> Sequence[Assessment]:
    """A unit's assessments, newest first."""
    query = (
        select(*columns(assessment, Assessment))
        .where(assessment.c.unit_id == unit_id)
        .order_by(assessment.c.assessment_id.desc())
        .limit(limit)
    )
    return find_all(tx, query, Assessment)


def save_resolution(tx: Tx, record: Resolution) -> None:
    """A meeting's result."""
    add(tx, resolution, record)


def find_resolution(tx: Tx, resolution_id: str, unit_id: str) -> Resolution | None:
    """The unit's resolution with this id."""
    query = select(*columns(resolution, Resolution)).where(
        resolution.c.resolution_id == resolution_id, resolution.c.unit_id == unit_id
    )
    return find(tx, query, Resolution)


def list_resolutions(tx: Tx, unit_id: str, *, limit: int = 50) -> Sequence[Resolution]:
    """A unit's resolutions, newest first."""
    query = (
        select(*columns(resolution, Resolution))
        .where(resolution.c.unit_id == unit_id)
        .order_by(resolution.c.resolution_id.desc())
        .limit(limit)
    )
    return find_all(tx, query, Resolution)
