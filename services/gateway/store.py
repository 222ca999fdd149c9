"""What the gateway keeps: accounts, sessions, API keys, files, sign-in history.

Functions take a SQLAlchemy connection inside a transaction; rows come back as mappings.
Secrets are stored as hashes only (ASVS 5.0 V6.2, V7.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Result,
    Table,
    Text,
    delete,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import SQLAlchemyError

Row = Mapping[str, Any]
DatabaseFault = SQLAlchemyError  # what every outage and fault of the database is caught as

metadata = MetaData()


def _act(name: str) -> list[Column[Any]]:
    """An act's time and its doer, which only ever come together."""
    return [Column(f"{name}_at", DateTime(timezone=True)), Column(f"{name}_by", Text)]


account = Table(
    "account",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True, info={"personal": True}),
    Column("name", Text, nullable=False, info={"personal": True}),
    Column("password_hash", Text, nullable=False, info={"secret": True}),
    Column("roles", JSONB, nullable=False),
    Column("node", Text, nullable=False, server_default=""),
    Column("side", Text, nullable=False, server_default=""),
    Column("body", Text, nullable=False, server_default=""),
    Column("unit_id", Text, nullable=False, server_default=""),
    Column("totp_secret", Text, nullable=False, server_default="", info={"secret": True}),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", Text, nullable=False),
    *_act("disabled"),
    CheckConstraint("(disabled_at IS NULL) = (disabled_by IS NULL)", name="account_disabled_by"),
    CheckConstraint(
        "side IN ('', 'government', 'workers', 'employers')", name="account_side_known"
    ),
    info={"holds": "state"},
)

session = Table(
    "session",
    metadata,
    Column("session_hash", Text, primary_key=True, info={"secret": True}),
    Column("account_id", Text, ForeignKey("account.account_id"), nullable=False),
    Column("csrf", Text, nullable=False, info={"secret": True}),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("started_by", Text, nullable=False),
    Column("seen_until", DateTime(timezone=True), nullable=False),
    Column("ends", DateTime(timezone=True), nullable=False),
    Index("session_of_account", "account_id"),
    info={"holds": "state"},
)

credential = Table(
    "credential",
    metadata,
    Column("credential_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key_hash", Text, nullable=False, unique=True, info={"secret": True}),
    Column("prefix", Text, nullable=False),
    Column("label", Text, nullable=False, server_default=""),
    Column("account_id", Text, ForeignKey("account.account_id")),
    Column("agency", Text, nullable=False, server_default=""),
    Column("valid_until", DateTime(timezone=True)),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("issued_by", Text, nullable=False),
    *_act("revoked"),
    CheckConstraint("kind IN ('token', 'agency')", name="credential_kind_known"),
    CheckConstraint(
        "(kind = 'token') = (account_id IS NOT NULL) AND (kind = 'agency') = (agency <> '')",
        name="credential_owner",
    ),
    CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="credential_revoked_by"),
    info={"holds": "state"},
)

kept_file = Table(
    "kept_file",
    metadata,
    Column("file_id", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("node", Text, nullable=False, server_default=""),
    Column("unit_id", Text, nullable=False, server_default=""),
    Column("summary", JSONB, nullable=False, server_default="{}"),
    Column("content", LargeBinary, nullable=False, info={"personal": True}),
    Column("kept_at", DateTime(timezone=True), nullable=False),
    Column("kept_by", Text, nullable=False),
    CheckConstraint("purpose IN ('evidence', 'import', 'check')", name="kept_file_purpose_known"),
    Index("kept_file_of_subject", "purpose", "subject"),
    info={"holds": "state"},
)

sign_in_history = Table(
    "sign_in_history",
    metadata,
    Column("entry", BigInteger, Identity(), primary_key=True),
    Column("login", Text, nullable=False, info={"personal": True}),
    Column("outcome", Text, nullable=False),
    Column("address", Text, nullable=False, info={"personal": True}),
    Column("tried_at", DateTime(timezone=True), nullable=False),
    Column("tried_by", Text, nullable=False),
    Column("by_second_factor", Boolean, nullable=False, server_default="false"),
    info={"holds": "history"},
)


def answers(engine: Engine) -> bool:
    """Whether the database answers a query."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _one(result: Result[Any]) -> Row | None:
    found = result.mappings().first()
    return None if found is None else {str(key): value for key, value in found.items()}


def _all(result: Result[Any]) -> list[Row]:
    return [{str(key): value for key, value in row.items()} for row in result.mappings()]


# --- accounts -----------------------------------------------------------------------------


def save_account(tx: Connection, row: Row) -> None:
    """A new account, or the same login amended."""
    found = find_account(tx, str(row["login"]))
    if found is None:
        tx.execute(insert(account).values(**row))
        return
    kept = {k: v for k, v in row.items() if k not in {"account_id", "created_at", "created_by"}}
    tx.execute(update(account).where(account.c.login == row["login"]).values(**kept))


def find_account(tx: Connection, login: str) -> Row | None:
    """An account by its login name, disabled ones too."""
    return _one(tx.execute(select(account).where(account.c.login == login)))


def find_account_by_id(tx: Connection, account_id: str) -> Row | None:
    """An account by its id, disabled ones too."""
    return _one(tx.execute(select(account).where(account.c.account_id == account_id)))


def list_accounts(tx: Connection) -> list[Row]:
    """Every account in order of login, without secrets."""
    shown = [c for c in account.c if not c.info.get("secret")]
    return _all(tx.execute(select(*shown).order_by(account.c.login)))


def disable_account(tx: Connection, account_id: str, *, by: str, at: datetime) -> None:
    """Close an account and end everything signed in with it (强制下线)."""
    tx.execute(
        update(account)
        .where(account.c.account_id == account_id)
        .values(disabled_at=at, disabled_by=by)
    )
    tx.execute(delete(session).where(session.c.account_id == account_id))


def use_totp_step(tx: Connection, account_id: str, step: int) -> bool:
    """Spend a time step; False when it, or a later one, was used before (RFC 6238 5.2)."""
    spent = tx.execute(
        update(account)
        .where(account.c.account_id == account_id, account.c.totp_step < step)
        .values(totp_step=step)
    )
    return spent.rowcount == 1


def record_sign_in(tx: Connection, row: Row) -> None:
    """Append one attempt to the history."""
    tx.execute(insert(sign_in_history).values(**row))


# --- sessions -----------------------------------------------------------------------------


def save_session(tx: Connection, row: Row) -> None:
    """A new session."""
    tx.execute(insert(session).values(**row))


def find_session(tx: Connection, session_hash: str, now: datetime) -> Row | None:
    """A session that still runs, with its account; disabled accounts have none."""
    query = (
        select(session, account)
        .join(account)
        .where(
            session.c.session_hash == session_hash,
            session.c.seen_until > now,
            session.c.ends > now,
            account.c.disabled_at.is_(None),
        )
    )
    return _one(tx.execute(query))


def extend_session(tx: Connection, session_hash: str, seen_until: datetime) -> None:
    """Push the idle limit of a session out."""
    tx.execute(
        update(session).where(session.c.session_hash == session_hash).values(seen_until=seen_until)
    )


def end_session(tx: Connection, session_hash: str) -> None:
    """Forget a session."""
    tx.execute(delete(session).where(session.c.session_hash == session_hash))


def end_stale_sessions(tx: Connection, now: datetime) -> None:
    """Forget sessions past their idle or absolute limit."""
    tx.execute(delete(session).where(or_(session.c.seen_until <= now, session.c.ends <= now)))


# --- API keys -----------------------------------------------------------------------------


def save_credential(tx: Connection, row: Row) -> None:
    """A new key, as its hash."""
    tx.execute(insert(credential).values(**row))


def find_credential(tx: Connection, key_hash: str, now: datetime) -> Row | None:
    """A key in force, with its account's columns when it has one."""
    query = (
        select(credential, account)
        .join(account, isouter=True)
        .where(
            credential.c.key_hash == key_hash,
            credential.c.revoked_at.is_(None),
            or_(credential.c.valid_until.is_(None), credential.c.valid_until > now),
            account.c.disabled_at.is_(None),
        )
    )
    return _one(tx.execute(query))


def revoke_credentials(tx: Connection, *, agency: str, by: str, at: datetime) -> int:
    """Withdraw every key of an agency; how many there were."""
    done = tx.execute(
        update(credential)
        .where(credential.c.agency == agency, credential.c.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by=by)
    )
    return int(done.rowcount)


# --- files ----------------------------------------------------------------------------------


def save_file(tx: Connection, row: Row) -> None:
    """A file: evidence, an import's report, an annotated plan."""
    tx.execute(insert(kept_file).values(**row))


def find_file(tx: Connection, file_id: str) -> Row | None:
    """A file with its content; whoever asks must still be checked."""
    return _one(tx.execute(select(kept_file).where(kept_file.c.file_id == file_id)))


def find_file_about(tx: Connection, *, purpose: str, subject: str) -> Row | None:
    """The newest file about something, without its content."""
    shown = [c for c in kept_file.c if c.name != "content"]
    query = (
        select(*shown)
        .where(kept_file.c.purpose == purpose, kept_file.c.subject == subject)
        .order_by(kept_file.c.kept_at.desc())
        .limit(1)
    )
    return _one(tx.execute(query))
