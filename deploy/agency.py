"""`hexie agency add | rotate-key | revoke | publish`: an agency's channel, user, keys and client.

The configuration written for an agency carries both doors: AMQP, and a key for the REST one.
"""

from __future__ import annotations

import getpass
import json
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from sqlalchemy import Connection

from deploy.addresses import of_running_system
from deploy.agency_client import AgencyClient
from deploy.agency_outbox import AgencyConfig, Answered
from deploy.servers.ports import CannotStart
from services.gateway.auth.accounts import issue_agency_key, revoke_agency_keys
from services.oversight.domain.signature import PrivateKey
from services.oversight.handlers import agencies
from services.oversight.store.office_key import office_key
from shared.contracts.agencies import TRIGGER_TYPES, WITHDRAWN
from shared.contracts.message import Actor
from shared.contracts.oversight_feed import AddAgency, AddAgencyKey, RevokeAgency
from shared.messaging.management import Management, ManagementRefused
from shared.messaging.tx import Tx, open_tx
from shared.runtime.database import make_engine
from shared.runtime.settings import Settings

_KINDS: dict[str, tuple[str, ...]] = {
    "ldjc": ("labour_inspection.", "arrears."),
    "zcy": ("arbitration.",),
    "xfj": ("petition.", "incident."),
    "yjj": ("safety.", "incident."),
    "wjw": ("health.",),
    "wxb": ("opinion.",),
    "xyb": ("credit.",),
    "hbj": ("environment.",),
}
"""Usual types by the first part of an agency's code; others may send every type unless told."""


def add(  # noqa: PLR0913  the options of the command
    code: str,
    *,
    name: str,
    types: tuple[str, ...] = (),
    node: str = "",
    keys: Path | None = None,
    alg: str = "EdDSA",
    within: Settings | None = None,
) -> dict[str, Any]:
    """Open an agency's channel and register a key; safe to repeat.

    node: the area it works in; "" takes it from the end of the code, else the region run here.
    Writes the private key and the client's configuration, each readable by its owner only.
    """
    chosen = within or of_running_system()
    folder = keys or chosen.home / "agencies" / code
    path = folder / f"{code}.json"
    password = secrets.token_urlsafe(24)
    config = AgencyConfig.load(path) if path.exists() else None
    said = json.loads(path.read_text(encoding="utf-8")) if config else {}
    with _tx(chosen) as tx:
        command = AddAgency(code=code, agency_name=name, types=types or _usual(code), node=node)
        area = agencies.add_agency(tx, command)["node"]
        _open_channel(chosen, code, password)  # only for an agency that was not refused
        if config is None:
            kid, private = _new_key(code, folder, alg)
            agencies.add_agency_key(tx, _key_command(code, kid, private))
        else:
            kid = config.kid
    _write(
        path,
        {
            "code": code,
            "name": name,
            "kid": kid,
            "private_key": f"{kid}.pem",
            "amqp_url": _agency_url(chosen.amqp_url, code, password),
            "receipt_key": office_key(chosen.home).public.pem,
            "receipt_kid": office_key(chosen.home).public.kid,
            "rest_key": said.get("rest_key") or _rest_key(chosen, code),
        },
    )
    return {
        "code": code,
        "node": area,
        "vhost": f"agency.{code}",
        "kid": kid,
        "config": str(path),
    }


def rotate_key(
    code: str, *, keys: Path | None = None, overlap_hours: int = 72, within: Settings | None = None
) -> dict[str, Any]:
    """Register a new key; the older ones count until the overlap ends. Rewrites the configuration."""
    chosen = within or of_running_system()
    folder = keys or chosen.home / "agencies" / code
    path = folder / f"{code}.json"
    if not path.exists():
        raise CannotStart(f"没有找到 {path}：请用 --keys 指出登记该机构时写出配置的文件夹。")
    said = json.loads(path.read_text(encoding="utf-8"))
    alg = (
        "ES256" if isinstance(AgencyConfig.load(path).key, ec.EllipticCurvePrivateKey) else "EdDSA"
    )
    kid, private = _new_key(code, folder, alg)
    with _tx(chosen) as tx:
        agencies.add_agency_key(
            tx,
            _key_command(code, kid, private).model_copy(
                update={"retire_after_hours": overlap_hours}
            ),
        )
    _write(path, said | {"kid": kid, "private_key": f"{kid}.pem"})
    return {"code": code, "kid": kid, "overlap_hours": overlap_hours, "config": str(path)}


def revoke(code: str, *, reason: str, within: Settings | None = None) -> dict[str, Any]:
    """Cut the agency off: its broker user first, then its REST keys, then its signing keys.

    What it sent stays.
    """
    chosen = within or of_running_system()
    try:
        Management(_management(chosen)).close_agency(f"agency.{code}")
    except ManagementRefused as refused:
        raise CannotStart(str(refused)) from refused
    with _accounts(chosen) as connection:
        revoke_agency_keys(connection, code, by=_operator(), now=datetime.now(UTC))
    with _tx(chosen) as tx:
        return agencies.revoke_agency(tx, RevokeAgency(code=code, reason=reason))


def publish(file: Path, *, config: Path, wait: float = 30.0) -> list[dict[str, Any]]:
    """Sign, keep, publish with confirms, and wait for the receipt of every event of a file.

    What had no receipt before is sent again with the same bytes. One line in Chinese an event on
    the error stream; the answer has a row for each event of the file.
    """
    with AgencyClient(AgencyConfig.load(config)) as client:
        ids = [client.put(event) for event in _events(file)]
        answers = client.deliver(wait=wait, say=_tell)
    return [answers[event_id].row() for event_id in ids]


def _tell(answer: Answered) -> None:
    print(answer.sentence(), file=sys.stderr)


def _events(file: Path) -> list[dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise CannotStart(f"读不到 {file}：{error.strerror}。") from error
    try:
        whole = json.loads(text)
        found = whole if isinstance(whole, list) else [whole]
    except ValueError:
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise CannotStart(f"{file} 不是 JSON，也不是一行一件的 JSON。") from error
    if not all(isinstance(event, dict) for event in found):
        raise CannotStart(f"{file}：每件事件应为一个 JSON 对象。")
    return found


def _usual(code: str) -> tuple[str, ...]:
    starts = _KINDS.get(code.partition("-")[0], ("",))
    return tuple(t for t in TRIGGER_TYPES if t.startswith(starts) or t == WITHDRAWN)


def _open_channel(chosen: Settings, code: str, password: str) -> None:
    user = f"agency.{code}"
    try:
        Management(_management(chosen)).open_agency(user, user, password, amqp_url=chosen.amqp_url)
    except ManagementRefused as refused:
        raise CannotStart(str(refused)) from refused


def _management(chosen: Settings) -> str:
    if not chosen.amqp_management_url:
        raise CannotStart("没有管理接口地址，不能开通机构通道：请设置 AMQP_MANAGEMENT_URL。")
    return chosen.amqp_management_url


@contextmanager
def _tx(chosen: Settings) -> Iterator[Tx]:
    name = f"命令行 {getpass.getuser()}"
    actor = Actor(id=_operator(), name=name, node="000000", roles=("admin",))
    engine = make_engine("oversight", chosen, pool_size=1)
    try:
        with open_tx(engine, service="oversight", actor=actor) as tx:
            yield tx
    finally:
        engine.dispose()


def _operator() -> str:
    return f"cli:{getpass.getuser()}"


@contextmanager
def _accounts(chosen: Settings) -> Iterator[Connection]:
    engine = make_engine("gateway", chosen, pool_size=1)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _rest_key(chosen: Settings, code: str) -> str:
    with _accounts(chosen) as connection:
        return issue_agency_key(
            connection, code, label="hexie agency add", by=_operator(), now=datetime.now(UTC)
        )


def _key_command(code: str, kid: str, private: PrivateKey) -> AddAgencyKey:
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    is_ed = isinstance(private, ed25519.Ed25519PrivateKey)
    return AddAgencyKey(
        agency=code, kid=kid, alg="EdDSA" if is_ed else "ES256", public_key=pem.decode()
    )


def _p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _new_key(code: str, folder: Path, alg: str) -> tuple[str, PrivateKey]:
    makers: dict[str, Callable[[], PrivateKey]] = {
        "ES256": _p256,
        "EdDSA": ed25519.Ed25519PrivateKey.generate,
    }
    private: PrivateKey = makers[alg]()
    kid = f"{code}-{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(3)}"
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _keep(folder / f"{kid}.pem", pem)
    return kid, private


def _write(path: Path, said: dict[str, Any]) -> None:
    _keep(path, json.dumps(said, ensure_ascii=False, indent=1).encode())


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)


def _agency_url(url: str, code: str, password: str) -> str:
    parts = urlsplit(url)
    user = f"agency.{code}"
    host = f"{parts.hostname}:{parts.port or 5672}"
    return urlunsplit(
        (parts.scheme, f"{user}:{quote(password, safe='')}@{host}", f"/{user}", "", "")
    )
