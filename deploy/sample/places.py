"""The four smaller sample regions: their places and what stands there beside enterprises.

All fictional: no unit here exists. Kinds and fields are those of each region's own pack.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from deploy.sample import people
from deploy.sample.people import Region


@dataclass(frozen=True, slots=True)
class Body:
    """A unit that is no enterprise: a park, a street, a chain … and which relation ties firms to it."""

    kind: str
    name: str
    division: str
    details: dict[str, str | int | bool] = field(default_factory=dict)
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """A region's firms by place, the bodies firms belong to, and how many firms there are."""

    region: Region
    city: str
    divisions: dict[str, str]
    bodies: tuple[Body, ...]
    firms: int = 48


WEIHAI = Places(
    people.WEIHAI,
    "威海",
    {
        "371002": "环翠", "371003": "文登", "371082": "荣成", "371083": "乳山", "371071": "高区",
        "371072": "经区", "371003801": "南海",
    },
    (
        Body("park", "环翠样例海洋产业园", "371002", {"managing_body": "园区管理办公室", "enterprises": 46}, "in_area"),
        Body("park", "南海样例新材料园", "371003801", {"managing_body": "园区发展中心", "enterprises": 31}, "in_area"),
        Body("township", "文登样例镇", "371003", {"enterprises": 88}, "in_area"),
        Body("township", "荣成样例街道", "371082", {"enterprises": 64}, "in_area"),
        Body("station", "环翠样例劳动关系公共服务站", "371002",
             {"services": "用工指导、争议调解、政策咨询", "staff": 3, "sign_uniform": True, "place_fixed": True}),
        Body("station", "高区样例劳动关系公共服务站", "371071",
             {"services": "政策咨询、集体协商指导", "staff": 2, "sign_uniform": True}),
    ),
)  # fmt: skip
HEDONG = Places(
    people.HEDONG,
    "天津",
    {
        "120102001": "大王庄", "120102003": "中山门", "120102005": "二号桥", "120102009": "常州道",
        "120102012": "鲁山道",
    },
    (
        Body("industry", "河东样例物业服务商会", "120102", {"leading_body": "商会秘书处", "members": 26}, "member"),
        Body("group", "河东样例商业集团", "120102001", {"head_office": "集团总部", "members": 9}, "member"),
        Body("industry_chain", "河东样例智能制造产业链", "120102", {"trade": "智能装备"}, "member"),
        Body("supply_chain", "河东样例冷链供应链", "120102", {"trade": "冷链物流"}, "member"),
        Body("station", "常州道样例劳动关系服务站", "120102009",
             {"staff": 2, "services": "法律咨询、薪酬分配指引"}),
    ),
    firms=40,
)  # fmt: skip
HUNAN = Places(
    people.HUNAN,
    "湖南",
    {
        "430102": "芙蓉", "430104": "岳麓", "430121": "长沙县", "430302": "雨湖", "430373": "九华",
        "430202": "荷塘", "430405": "珠晖", "433101": "吉首",
    },
    (
        Body("park", "岳麓样例科技园", "430104",
             {"managing_body": "园区管委会", "enterprises": 120, "subtype": "science"}, "in_area"),
        Body("park", "九华样例经济技术园", "430373",
             {"managing_body": "经开区管委会", "enterprises": 210, "subtype": "economic"}, "in_area"),
        Body("township", "芙蓉样例街道", "430102", {"enterprises": 95}, "in_area"),
        Body("industry", "湖南样例工程机械行业协会", "430121", {"leading_body": "协会秘书处", "members": 33},
             "in_industry"),
        Body("building", "芙蓉样例楼宇", "430102", {"named_on": "2025-06-12", "enterprises": 40}),
        Body("block", "雨湖样例街区", "430302", {"named_on": "2025-09-03", "enterprises": 28}),
        Body("station", "岳麓样例基层公共服务站", "430104",
             {"services": "一站式用工指导、调解、法律服务", "staff": 4, "sign_uniform": True}),
    ),
)  # fmt: skip
NINGBO_HX = Places(
    people.NINGBO_HX,
    "宁波",
    {},
    (
        Body("village", "海曙样例社区", "330203", {}, "in_village"),
        Body("industry", "海曙样例文具行业", "330203", {"leading_body": "行业协会"}, "in_industry"),
    ),
    firms=0,
)
SMALLER = (WEIHAI, HEDONG, HUNAN, NINGBO_HX)
