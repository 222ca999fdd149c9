"""Offices: one node with its bodies and posts, who takes and leaves a post, the divisions."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, CLERK, Door
from shared.contracts import registry_people as people

DOORS = (
    Door("GET", "/nodes/{node}", people.GetNode, "一个办公室", ANYONE, people.NodeWhole),
    Door("GET", "/nodes/{node}/posts", people.ListPosts, "任职情况", ANYONE),
    Door(
        "POST",
        "/nodes/{node}/posts",
        people.AppointPost,
        "登记任职",
        CLERK,
        people.PostView,
        status=201,
    ),
    Door("POST", "/posts/{post_id}/end", people.EndPost, "登记离任", CLERK, people.PostView),
    Door("GET", "/divisions", people.ListDivisions, "行政区划", ANYONE),
)
