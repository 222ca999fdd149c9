"""RabbitMQ's management API, as far as an agency's virtual host and user need it."""

from __future__ import annotations

import base64
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from shared.messaging import broker, topology

# configure nothing, write into one exchange, read two queues: exact patterns, no `.*`.
AGENCY_PERMISSIONS = {"configure": "^$", "write": "^triggers$", "read": "^(receipts|feed)$"}
_ALL = {"configure": ".*", "write": ".*", "read": ".*"}


class ManagementRefused(RuntimeError):  # noqa: N818  reads as what happened
    """The management API said no, or could not be reached; the text says which."""


@dataclass(frozen=True, slots=True)
class Management:
    """One broker's management API; `url` carries the administrator's user and password."""

    url: str
    seconds: float = 10.0

    def open_agency(self, vhost: str, user: str, password: str, *, amqp_url: str) -> None:
        """An agency's virtual host with its topology, and its user with exactly its rights.

        Safe to repeat: the password is set anew each time.
        """
        self.create_vhost(vhost)
        topology.declare(broker.vhost_url(amqp_url, vhost), topology.agency())
        self.put_user(user, password)
        self.permit(vhost, user, AGENCY_PERMISSIONS)
        self.check_agency(vhost, user)

    def close_agency(self, user: str) -> None:
        """Delete the user: permissions are cached on open channels, a deleted user is cut off."""
        self._call("DELETE", f"/api/users/{_q(user)}", missing_ok=True)
        for connection in self._call("GET", "/api/connections") or []:
            if connection.get("user") == user:
                self._call("DELETE", f"/api/connections/{_q(connection['name'])}", missing_ok=True)

    def create_vhost(self, vhost: str) -> None:
        """Make a virtual host and let our own user into it."""
        self._call("PUT", f"/api/vhosts/{_q(vhost)}", {})
        self.permit(vhost, self._user(), _ALL)

    def delete_vhost(self, vhost: str) -> None:
        """Remove a virtual host with everything in it."""
        self._call("DELETE", f"/api/vhosts/{_q(vhost)}", missing_ok=True)

    def vhosts(self) -> list[str]:
        """The names of all virtual hosts."""
        return [str(found["name"]) for found in self._call("GET", "/api/vhosts")]

    def put_user(self, user: str, password: str) -> None:
        """A user without any tag, so that none can look around or impersonate."""
        self._call("PUT", f"/api/users/{_q(user)}", {"password": password, "tags": ""})

    def permit(self, vhost: str, user: str, rights: dict[str, str]) -> None:
        """Set a user's rights in a virtual host to exactly these."""
        self._call("PUT", f"/api/permissions/{_q(vhost)}/{_q(user)}", rights)

    def check_agency(self, vhost: str, user: str) -> None:
        """Refuse an agency user with a tag, other rights, or rights anywhere else."""
        tags = self._call("GET", f"/api/users/{_q(user)}").get("tags") or []
        if tags:
            raise ManagementRefused(
                f"机构用户 {user} 不得带标签 (tags): {tags}。请删除后重新登记。"
            )
        rights = self._call("GET", f"/api/users/{_q(user)}/permissions")
        found = {r["vhost"]: {k: r[k] for k in AGENCY_PERMISSIONS} for r in rights}
        if found != {vhost: AGENCY_PERMISSIONS}:
            raise ManagementRefused(
                f"机构用户 {user} 的权限不符 (permissions): {found}。请重新登记。"
            )

    def _user(self) -> str:
        return unquote(urlsplit(self.url).username or "")

    def _call(
        self, method: str, path: str, body: object = None, *, missing_ok: bool = False
    ) -> Any:
        parts = urlsplit(self.url)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        login = f"{self._user()}:{unquote(parts.password or '')}"
        headers = {
            "Authorization": "Basic " + base64.b64encode(login.encode()).decode(),
            "Content-Type": "application/json",
        }
        connection = kind(parts.hostname or "127.0.0.1", parts.port, timeout=self.seconds)
        try:
            given = None if body is None else json.dumps(body)
            connection.request(method, parts.path.rstrip("/") + path, given, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise ManagementRefused(
                f"管理接口不可用 (management API): {type(error).__name__}。请检查 AMQP_MANAGEMENT_URL。"
            ) from error
        finally:
            connection.close()
        if answer.status == 404 and missing_ok:
            return None
        if answer.status >= 400:
            raise ManagementRefused(f"管理接口拒绝 {method} {path}: HTTP {answer.status}")
        return json.loads(content) if content else None


def _q(name: str) -> str:
    return quote(name, safe="")
