"""Offices as people see them: the tree, one node with its bodies and posts, the divisions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from services.registry.handlers.acts import Note, need, need_node, need_text, note
from services.registry.handlers.offices import SIDE_TEXT, node_line, node_view
from services.registry.store import history, reference
from services.registry.store import people as store
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import ActivationView
from shared.contracts.registry_people import (
    AppointPost,
    DivisionView,
    EndPost,
    GetNode,
    ListDivisions,
    ListPosts,
    NodeWhole,
    PostView,
)
from shared.contracts.scalars import area_of, covers, prefix_of
from shared.messaging.tx import Tx
from shared.runtime import organisations
from shared.runtime.organisations import Body, Node


def get_node(tx: Tx, command: GetNode) -> NodeWhole:
    """One office on a day: its bodies by side, what lies above and beneath, posts, its pack."""
    node = _known(tx, command.node)
    on = command.as_of or tx.today
    above = organisations.find_node(node.parent)
    everybody = [_view(row) for row in store.list_posts(tx, node.code, on=None)]
    return NodeWhole(
        head=node_view(node.code, on),
        above=node_line(above, on) if above is not None else None,
        beneath=tuple(node_line(child, on) for child in organisations.children_of(node.code)),
        pack=_pack(tx, node.code, on),
        posts=tuple(p for p in everybody if _held(p, on)),
        former=tuple(p for p in everybody if p.held_until is not None and p.held_until < on),
    )


def list_divisions(tx: Tx, command: ListDivisions) -> dict[str, Any]:
    """The divisions directly beneath a code of the actor's region, ended ones too."""
    region = organisations.region_of(tx.actor.node)
    parent = command.parent or area_of(region)
    inside = prefix_of(area_of(region))
    if not region or not parent.startswith(inside) or parent not in reference.divisions():
        raise Refused("division_not_found", f"没有行政区划“{parent}”，或它不在您的地区", status=404)
    found = [d for d in reference.divisions().values() if d.parent == parent]
    return {"divisions": [_division(tx, d) for d in sorted(found, key=lambda d: d.code)]}


def list_posts(tx: Tx, command: ListPosts) -> dict[str, Any]:
    """Who holds, or ever held, a post at a node of the actor's region."""
    node = _known(tx, command.node)
    on = None if command.history else command.as_of or tx.today
    return {"posts": [_view(row) for row in store.list_posts(tx, node.code, on=on)]}


def appoint_post(tx: Tx, command: AppointPost) -> PostView:
    """Somebody takes a post; the one before leaves it the day before and stays on record."""
    need(tx, "clerk", "reviewer")
    node = _known(tx, command.node)
    need_node(tx, node.code)
    title = need_text(command.post_title, "请填写职务", "/post_title")
    person = need_text(command.person_name, "请填写姓名", "/person_name")
    _refuse_ahead(tx, command.held_from, "/held_from")
    body = _body(node, command.body, command.held_from) if command.body else None
    there = store.find_holder(tx, node=node.code, body=command.body, post_title=title)
    if there is not None:
        _follow(tx, there, command, person)
    post_id = tx.new_id("post")
    entered = store.add_post(
        tx,
        {
            "post_id": post_id,
            "node": node.code,
            "body": command.body,
            "side": body.side if body else "",
            "post_title": title,
            "person_name": person,
            "phone": command.phone.strip(),
            "held_from": command.held_from,
            "reason": command.reason.strip(),
        },
    )
    if not entered:
        raise Refused("post_held", f"{title}刚刚由他人登记：请刷新后再办")
    says = f"{command.body or node.short_name}{title}：{person}"
    note(tx, "", Note("post.taken", says, command.held_from, node=node.code))
    return _view(store.find_post(tx, post_id))


def end_post(tx: Tx, command: EndPost) -> PostView:
    """The holder leaves and nobody follows yet."""
    need(tx, "clerk", "reviewer")
    reason = need_text(command.reason, "请写明离任原因", "/reason")
    row = store.load_post(tx, command.post_id)
    _refuse_ahead(tx, command.held_until, "/held_until")
    ended = _ended(tx, row, command.held_until, reason)
    says = f"{row['body']}{row['post_title']} {row['person_name']} 离任：{reason}"
    note(tx, "", Note("post.left", says, command.held_until, node=row["node"]))
    return _view(ended)


def _follow(tx: Tx, there: Row, command: AppointPost, person: str) -> None:
    if command.replaces != there["post_id"]:
        raise Refused(
            "post_held",
            f"{there['body']}{there['post_title']}现由{there['person_name']}担任"
            f"（自 {there['held_from']} 起）：接任请选择接替该人，或先登记其离任",
        )
    reason = command.reason.strip() or f"由{person}接任"
    _ended(tx, store.load_post(tx, there["post_id"]), _day_before(command.held_from), reason)


def _ended(tx: Tx, row: Row, held_until: date, reason: str) -> Row:
    if row["held_until"] is not None:
        says = f"{row['person_name']}已于 {row['held_until']} 离任，不能再次登记离任"
        raise Refused("post_ended", says)
    if held_until < row["held_from"]:
        says = f"离任日期 {held_until} 早于任职日期 {row['held_from']}：请核对"
        errors = [{"pointer": "/held_until", "says": says}]
        raise Refused("post_days_wrong", says, status=422, errors=errors)
    return store.end_post(tx, row["post_id"], held_until=held_until, reason=reason)


def _day_before(day: date) -> date:
    return day - timedelta(days=1)


def _refuse_ahead(tx: Tx, day: date, pointer: str) -> None:
    if day > tx.today:
        says = f"日期 {day} 晚于今天：请到任后再登记"
        raise Refused("day_ahead", says, status=422, errors=[{"pointer": pointer, "says": says}])


def _body(node: Node, name: str, on: date) -> Body:
    """The body of the node by this name on a day; 422 with the names it has otherwise."""
    own = [b for b in node.bodies if b.sits(on) and not b.delegated]
    for body in own:
        if body.name == name:
            return body
    names = "、".join(b.name for b in own) or "（没有登记成员单位）"
    says = f"{node.name}没有“{name}”这个成员单位；成员单位为：{names}"
    raise Refused("body_unknown", says, status=422, errors=[{"pointer": "/body", "says": says}])


def _known(tx: Tx, code: str) -> Node:
    """A node of the actor's region, or the one above it; 404 otherwise."""
    node = organisations.find_node(code)
    if node is None or not organisations.may_know(tx.actor.node, code):
        raise Refused("node_not_found", f"没有机构节点“{code}”", status=404)
    return node


def _pack(tx: Tx, node: str, on: date) -> ActivationView | None:
    """The activation at work for a node on a day: the narrowest, of two alike the later."""
    rows = [
        row
        for row in history.list_activations(tx)
        if covers(row["jurisdiction"], node) and row["effective_on"] <= on
    ]
    best = max(
        rows,
        key=lambda r: (len(prefix_of(area_of(r["jurisdiction"]))), r["effective_on"]),
        default=None,
    )
    if best is None:
        return None
    return ActivationView.model_validate({n: best[n] for n in ActivationView.model_fields})


def _division(tx: Tx, found: reference.Division) -> DivisionView:
    offices = (
        node
        for node in organisations.all_nodes().values()
        if area_of(node.code) == found.code and organisations.may_know(tx.actor.node, node.code)
    )
    return DivisionView(
        code=found.code,
        name=found.name,
        parent=found.parent,
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        successor=found.successor,
        successor_text=reference.division_text(found.successor) if found.successor else "",
        offices=tuple(node_line(node, tx.today) for node in offices),
    )


def _held(post: PostView, on: date) -> bool:
    return post.held_from <= on and (post.held_until is None or post.held_until >= on)


def _view(row: Row) -> PostView:
    shown = {name: row[name] for name in PostView.model_fields if name != "side_text"}
    return PostView(**shown, side_text=SIDE_TEXT[row["side"]])
