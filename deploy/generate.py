"""Generated files: OpenAPI, AsyncAPI, message schemas, the messages page and the settings page.

`python -m deploy.generate` writes them, `--check` names those that have drifted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from pydantic_core import PydanticUndefined

from deploy.asyncapi import asyncapi
from deploy.states import states_page
from shared.contracts import EVENTS
from shared.runtime.settings import Settings, settings

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Write, or with --check compare; 1 when something has drifted."""
    check = "--check" in sys.argv[1:]
    drifted = []
    for path, text in wanted().items():
        target = ROOT / path
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue
        if check:
            drifted.append(path)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            print(f"written: {path}")
    for path in drifted:
        print(f"drifted: {path} (run `make schemas` and commit the result)", file=sys.stderr)
    return 1 if drifted else 0


def wanted() -> dict[str, str]:
    """Path below the repository → text it must have."""
    makers: dict[str, Callable[[], str]] = {
        "docs/openapi.json": _openapi,
        "docs/asyncapi.json": lambda: _json(asyncapi()),
        "docs/settings.md": settings_page,
        "docs/messages.md": messages_page,
        "docs/states.md": states_page,
    }
    made = {path: make() for path, make in makers.items()}
    for event in EVENTS:
        schema = event.model_json_schema() | {"$id": f"{event.name}.v{event.version}"}
        made[f"shared/contracts/schemas/{event.name}.v{event.version}.json"] = _json(schema)
    return made


def _openapi() -> str:
    # The application only connects when started; an address is needed to make it, any will do.
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    settings.cache_clear()
    from services.gateway.service import create_app

    return _json(create_app().openapi())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def settings_page() -> str:
    """Every setting with its environment name, default and meaning."""
    lines = [
        "# Settings",
        "",
        "Generated from `shared/runtime/settings.py`; change it there.",
        "",
        "| environment | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        alias = getattr(field.validation_alias, "choices", None)
        shown = alias[0] if alias else f"HEXIE_{name.upper()}"
        default = "" if field.default is PydanticUndefined else field.default
        lines.append(f"| `{shown}` | `{default}` | {field.description or ''} |")
    return "\n".join(lines) + "\n"


def messages_page() -> str:
    """Every event: who says it, its key, its fields."""
    lines = [
        "# Messages",
        "",
        "Generated from `shared/contracts`; change them there. Exchange `<service>.events`, routing",
        "key the name after the dot, order kept per subject.",
    ]
    for event in EVENTS:
        doc = " ".join((event.__doc__ or "").split())
        lines += ["", f"## {event.name} v{event.version}", "", doc, "", "| field | form | required |",
                  "|---|---|---|"]  # fmt: skip
        for name, field in event.model_fields.items():
            form = str(field.annotation).replace("<class '", "").replace("'>", "")
            form = form.replace("datetime.", "").replace("|", "or")
            lines.append(f"| `{name}` | {form} | {'yes' if field.is_required() else 'no'} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
