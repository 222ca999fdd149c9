"""Organisation and division files of one's own: what is wrong with them, before a service starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from services.registry.store.reference import divisions
from shared.contracts.scalars import area_of
from shared.runtime.organisations import all_nodes
from shared.runtime.settings import settings

_SIZES = (6, 9, 12)


def faults() -> list[str]:
    """A sentence for each fault of the files in the settings `organisations` and `divisions`."""
    try:
        known = set(divisions())
        return [*_division_faults(), *_node_faults(known)]
    except KeyError as missing:
        return [f"机构或区划文件里有一行缺少「{missing.args[0]}」。补上这一项。"]
    except (ValueError, yaml.YAMLError) as error:
        return [f"机构或区划文件读不了：{error}。改正后再检查。"]


def _division_faults() -> Iterator[str]:
    table = divisions()
    for division in table.values():
        if len(division.code) not in _SIZES or not division.code.isdigit():
            yield f"区划「{division.code}」（{division.name}）应为 6、9 或 12 位数字。改正编码。"
        if division.parent and division.parent not in table:
            yield (
                f"区划「{division.code}」（{division.name}）的上级「{division.parent}」不在表中。"
                "补上上级，或改正。"
            )


def _node_faults(known: set[str]) -> Iterator[str]:
    for node in all_nodes().values():
        if area_of(node.code) not in known:
            yield f"办公室「{node.code}」（{node.name}）所在的区划不在区划表中。先登记区划。"


def told() -> str:
    """What was read, when nothing is wrong with it."""
    own = [p for p in (settings().organisations, settings().divisions) if p is not None]
    files = sum(len(list(Path(folder).glob("*.yaml"))) for folder in own)
    return f"机构和区划（自己的文件 {files} 份）：没有问题"
