"""A pack as canonical JSON and back, byte for byte; the fingerprint is the SHA-256 of those bytes.

Others pin a pack by its fingerprint and keep the JSON: an old decision is judged again with the
very law it was made under, whatever the files say by then. Entries are lists where their order
is law (the first match decides), so the bytes survive a store that reorders keys.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Union, get_args, get_origin

from shared.policy import conditions
from shared.policy.pack import Pack
from shared.policy.shapes import hints_of

TAGS: dict[str, type] = {
    "equals": conditions.Equals,
    "at_least": conditions.AtLeast,
    "at_most": conditions.AtMost,
    "before": conditions.Before,
    "after": conditions.After,
    "one_of": conditions.OneOf,
    "within": conditions.Within,
    "all": conditions.All,
    "any": conditions.AnyOf,
    "not": conditions.Not,
    "other": conditions.FactRef,
    "setting": conditions.SettingRef,
    "month_day": conditions.MonthDay,
}
NAMES = {cls: tag for tag, cls in TAGS.items()}


def pack_to_json(pack: Pack) -> str:
    """The pack's canonical JSON, without its fingerprint: sorted keys, no spaces, UTF-8 text."""
    content = {f.name: _out(getattr(pack, f.name)) for f in fields(pack) if f.name != "fingerprint"}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def pack_from_json(text: str) -> Pack:
    """The pack this JSON is of, sealed. ValueError or KeyError for JSON that is not a pack's."""
    content = json.loads(text)
    if not isinstance(content, dict):
        raise TypeError("a pack's JSON is an object")
    return sealed(_dataclass(Pack, {**content, "fingerprint": ""}))


def sealed(pack: Pack) -> Pack:
    """The same pack with its fingerprint worked out."""
    digest = hashlib.sha256(pack_to_json(pack).encode()).hexdigest()
    return replace(pack, fingerprint=digest)


def _out(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, tuple):
        return [_out(v) for v in value]
    if isinstance(value, Mapping):
        if value and all(is_dataclass(v) for v in value.values()):
            return [_out(v) for v in value.values()]
        return {k: _out(v) for k, v in value.items()}
    return _entry(value) if is_dataclass(value) else value


def _entry(value: Any) -> dict[str, Any]:
    content = {f.name: _out(getattr(value, f.name)) for f in fields(value) if _told(value, f)}
    tag = NAMES.get(type(value))
    return {"$" + tag: content} if tag else content


def _told(value: Any, spec: Any) -> bool:
    return spec.default is MISSING or getattr(value, spec.name) != spec.default


def _dataclass(cls: type, content: Mapping[str, Any]) -> Any:
    hints = hints_of(cls)
    unknown = content.keys() - hints.keys()
    if unknown:
        raise ValueError(f"{cls.__name__} has no {', '.join(sorted(unknown))}")
    return cls(**{name: _in(hints[name], value) for name, value in content.items()})


def _in(hint: Any, value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("$"):
        return _tagged(*next(iter(value.items())))
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        options = [a for a in arguments if a is not type(None)]
        return value if value is None or len(options) > 1 else _in(options[0], value)
    if origin is tuple:
        return _tuple(arguments, value)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(arguments[1], value)
    return _dataclass(hint, value) if is_dataclass(hint) else value  # type: ignore[arg-type]


def _tagged(tag: str, inner: Any) -> Any:
    if tag == "$decimal":
        return Decimal(inner)
    if tag == "$date":
        return date.fromisoformat(inner)
    return _dataclass(TAGS[tag[1:]], inner)


def _tuple(arguments: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if len(arguments) > 1 and arguments[1] is not Ellipsis:
        return tuple(_in(hint, v) for hint, v in zip(arguments, value, strict=True))
    return tuple(_in(arguments[0], v) for v in value)


def _mapping(hint: Any, value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        made = [_in(hint, v) for v in value]
        key = fields(made[0])[0].name if made else ""
        return {getattr(entry, key): entry for entry in made}
    return {k: _in(hint, v) for k, v in value.items()}
