"""What is served as it lies: vendored files are the ones we took, templates carry no inline code."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

GATEWAY = Path(__file__).resolve().parents[3] / "services" / "gateway"
TEMPLATES = sorted((GATEWAY / "templates").glob("*.html"))
LAYOUTS = {"base.html", "plain.html"}


def _is_part(template: Path) -> bool:
    """A layout, a file of macros, or a piece another page includes."""
    name = template.name
    return name in LAYOUTS or name.endswith("macros.html") or name.startswith("_")


def test_vendored_files_are_listed_with_licence_and_are_what_the_list_says() -> None:
    folder = GATEWAY / "static" / "vendor"
    lines = (folder / "VENDORED.txt").read_text(encoding="utf-8").splitlines()
    listed = {line.split()[0]: line.split()[-1] for line in lines if not line.startswith("#")}

    served = {p.name for p in folder.glob("*.js")}

    assert served == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        assert (folder / name.replace(".min.js", ".LICENSE.txt")).exists()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: p.name)
def test_templates_carry_no_inline_script_or_style(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|hx-on|<style", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "|safe" not in text


@pytest.mark.parametrize(
    "template",
    [t for t in TEMPLATES if not _is_part(t)],
    ids=lambda p: p.name,
)
def test_every_page_stands_in_the_layout_and_has_one_heading(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert text.startswith("{% extends")
    assert len(re.findall(r"<h1|page_head\(", text)) == 1


def test_every_post_form_carries_the_sessions_token_or_is_for_the_public() -> None:
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        for macro in re.findall(r"{% macro (\w+)\([^)]*\) %}[^{]*{{ csrf_field\(\) }}", text):
            text = text.replace(f"{{{{ {macro}(", "{{ csrf_field() }}{{ " + f"{macro}(")
        for form in re.findall(r"<form[^>]*method=\"post\"[^>]*>.*?</form>", text, re.S):
            open_to_all = "/sign-in" in form or "/public/" in form
            assert open_to_all or "csrf_field()" in form, (template.name, form[:120])
