"""AsyncAPI 3.0 of what an agency may publish and read in its own virtual host."""

from __future__ import annotations

from typing import Any

from shared.contracts import agencies, incentives, registry
from shared.contracts.message import Envelope

_ADDRESS = "agency.{code}"


def asyncapi() -> dict[str, Any]:
    """The document as a dict, references resolved inside it."""
    schemas: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for kind, shape in agencies.TRIGGER_TYPES.items():
        _keep(schemas, shape)
        messages[kind] = {
            "name": kind,
            "title": agencies.TRIGGER_NAMES[kind],
            "contentType": "application/cloudevents+json",
            "headers": {"$ref": "#/components/schemas/SignatureHeaders"},
            "payload": {
                "allOf": [
                    {"$ref": "#/components/schemas/AgencyEvent"},
                    {
                        "type": "object",
                        "properties": {
                            "type": {"const": kind},
                            "data": {"$ref": f"#/components/schemas/{shape.__name__}"},
                        },
                    },
                ]
            },
        }
    for whole in (agencies.AgencyEvent, agencies.Receipt, Envelope):
        _keep(schemas, whole)
    messages["receipt"] = {
        "name": "receipt",
        "title": "回执",
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/SignatureHeaders"},
        "payload": {"$ref": "#/components/schemas/Receipt"},
    }
    told = (registry.TitleGranted, registry.TitleRevoked, incentives.EntitlementChanged)
    for event in told:
        _keep(schemas, event)
        messages[event.name] = {
            "name": event.name,
            "title": " ".join((event.__doc__ or "").split()),
            "contentType": "application/json",
            "payload": {
                "allOf": [
                    {"$ref": "#/components/schemas/Envelope"},
                    {
                        "type": "object",
                        "properties": {"data": {"$ref": f"#/components/schemas/{event.__name__}"}},
                    },
                ]
            },
        }
    schemas["SignatureHeaders"] = {
        "type": "object",
        "required": ["sig"],
        "properties": {
            "sig": {
                "type": "string",
                "description": "detached JWS (RFC 7515 appendix F) over the exact body; EdDSA or ES256",
            }
        },
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Hexie agency feeds",
            "version": "1",
            "description": "One virtual host per agency: publish signed triggers, read signed receipts and the feed.",
        },
        "servers": {
            "broker": {
                "host": "broker.example:5671",
                "protocol": "amqps",
                "pathname": f"/{_ADDRESS}",
                "variables": {"code": {"description": "the agency's code"}},
                "description": "user-id must be set to the agency's own user",
            }
        },
        "channels": {
            "triggers": _channel("triggers", "exchange", list(agencies.TRIGGER_TYPES)),
            "receipts": _channel("receipts", "queue", ["receipt"]),
            "feed": _channel("feed", "queue", [e.name for e in told]),
        },
        "operations": {
            "publishTrigger": _operation("send", "triggers"),
            "readReceipt": _operation("receive", "receipts"),
            "readFeed": _operation("receive", "feed"),
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _channel(name: str, kind: str, messages: list[str]) -> dict[str, Any]:
    binding: dict[str, Any] = (
        {"is": "routingKey", "exchange": {"name": name, "type": "topic", "durable": True}}
        if kind == "exchange"
        else {"is": "queue", "queue": {"name": name, "durable": True}}
    )
    return {
        "address": name,
        "messages": {m: {"$ref": f"#/components/messages/{m}"} for m in messages},
        "bindings": {"amqp": binding},
    }


def _operation(action: str, channel: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


def _keep(schemas: dict[str, Any], shape: type[Any]) -> None:
    made = shape.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, inner in made.pop("$defs", {}).items():
        schemas[name] = inner
    schemas[shape.__name__] = made
