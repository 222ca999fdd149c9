"""What is wrong with a pack, said so that the person who wrote it can put it right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where, which value, why it cannot stand, and what to do. All in Chinese."""

    file: str
    line: int
    value: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}：「{self.value}」{self.why}。{self.remedy}。"


class PackInvalid(Exception):  # noqa: N818  a pack is invalid; nothing went wrong in the program
    """The pack cannot be used. `findings` holds every fault found, in order of file and line."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = sorted(findings, key=lambda f: (f.file, f.line))
        super().__init__("\n".join(str(f) for f in self.findings))
