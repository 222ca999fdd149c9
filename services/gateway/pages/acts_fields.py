"""Fields that many acts ask for."""

from __future__ import annotations

from services.gateway.pages.acts import Field

REASON = Field("reason", "理由", "text-long", required=True, help="将随决定一并保存，并告知相对人")
OVERRIDE = Field(
    "override_reason",
    "特别理由",
    "text-long",
    help="仅当系统提示有“应当说明理由”的条件未满足时填写，将记入决定",
)
