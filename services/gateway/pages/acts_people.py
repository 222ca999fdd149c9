"""Acts about posts: somebody takes one, somebody leaves it."""

from __future__ import annotations

from services.gateway.pages.acts import Act, Field, table
from services.gateway.pages.acts_fields import REASON
from shared.contracts import registry_people

PEOPLE = table(
    Act(
        registry_people.AppointPost,
        "登记任职",
        "登记",
        (
            Field("body", "所在单位", "select", help="不选为办公室本身的职务"),
            Field("post_title", "职务", required=True, help="如：主任、联络员、劳动关系科科长"),
            Field("person_name", "姓名", required=True),
            Field("phone", "联系电话"),
            Field("held_from", "任职日期", "date", required=True),
            Field(
                "replaces",
                "接替",
                "select",
                help="同一职务现有人担任时选择，原任自动记为前一日离任",
            ),
            Field("reason", "说明", "text-long"),
        ),
        done="已登记任职。",
    ),
    Act(
        registry_people.EndPost,
        "登记离任",
        "登记离任",
        (
            Field("post_id", "何人", "select", required=True),
            Field("held_until", "最后一日", "date", required=True),
            REASON,
        ),
        done="已登记离任，任职经历留存。",
        rare=True,
    ),
)
