"""Keeping files: evidence, reports of imports, annotated plans. Who may read one is decided here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from services.gateway import store
from services.gateway.auth.guard import Asker
from shared.contracts.refusals import Refused
from shared.contracts.scalars import covers
from shared.runtime.ids import new_id

MEDIA = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class NewFile:
    """A file to keep, what for, and what it is about."""

    name: str
    content: bytes
    purpose: str = "evidence"
    subject: str = ""
    summary: dict[str, Any] = field(default_factory=dict)


def keep(engine: Engine, new: NewFile, asker: Asker, now: datetime) -> dict[str, str]:
    """Keep a file of a known kind; the reference that services are given."""
    name = new.name.replace("\\", "/").rsplit("/", 1)[-1].strip()[:200]
    ending = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in MEDIA:
        raise Refused(
            "file_kind_unknown",
            f"不收“{name or '未命名'}”这种文件；请上传 PDF、图片、.docx、.xlsx 或 .txt。",
            status=422,
        )
    if not new.content:
        raise Refused("file_empty", f"文件“{name}”是空的；请检查后重新上传。", status=422)
    digest = hashlib.sha256(new.content).hexdigest()
    file_id = new_id("file")
    with engine.begin() as tx:
        store.save_file(
            tx,
            {
                "file_id": file_id,
                "purpose": new.purpose,
                "subject": new.subject,
                "name": name,
                "media_type": MEDIA[ending],
                "sha256": digest,
                "size": len(new.content),
                "node": asker.actor.node,
                "unit_id": asker.actor.unit_id,
                "summary": new.summary,
                "content": new.content,
                "kept_at": now,
                "kept_by": asker.actor.id,
            },
        )
    return {"file_id": file_id, "name": name, "sha256": digest}


def read(engine: Engine, file_id: str, asker: Asker) -> store.Row:
    """The file, for whoever kept it, its unit, or an officer whose node covers its own; else 404."""
    with engine.connect() as tx:
        found = store.find_file(tx, file_id)
    if found is None or not _may_read(found, asker):
        raise Refused("file_unknown", "没有这个文件，或不在您的辖区。", status=404)
    return found


def about(engine: Engine, *, purpose: str, subject: str, asker: Asker) -> store.Row | None:
    """The newest file about something, without its content; None when it is not to be seen."""
    with engine.connect() as tx:
        found = store.find_file_about(tx, purpose=purpose, subject=subject)
    return found if found is not None and _may_read(found, asker) else None


def _may_read(found: store.Row, asker: Asker) -> bool:
    actor = asker.actor
    if found["kept_by"] == actor.id:
        return True
    if actor.unit_id:
        return bool(found["unit_id"] == actor.unit_id)
    return bool(actor.node) and covers(actor.node, str(found["node"]))
