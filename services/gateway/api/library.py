"""The library over REST: honours handed in and confirmed, the library, rounds of titles."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, CLERK, OFFICE, OFFICERS, Door
from shared.contracts import registry_library as library

DOORS = (
    Door(
        "GET", "/library", library.ListLibrary, "示范库：按层级和类型收入的荣誉", ANYONE,
        library.LibraryPage,
    ),
    Door("GET", "/honour-batches", library.ListHonourBatches, "荣誉登记和复评批次", OFFICE),
    Door(
        "POST", "/honour-batches", library.ProposeHonours, "提交历年或上级荣誉", CLERK,
        library.HonourBatch, status=201,
    ),
    Door(
        "POST", "/honour-reviews", library.ProposeReview, "提交复评结果", CLERK,
        library.HonourBatch, status=201,
    ),
    Door(
        "POST", "/honour-batches/{batch_id}/confirmation", library.ConfirmHonours,
        "确认荣誉登记或复评", OFFICERS, library.HonourBatch,
    ),
    Door(
        "POST", "/honour-batches/{batch_id}/return", library.ReturnHonours,
        "退回荣誉登记或复评", OFFICERS, library.HonourBatch,
    ),
    Door("GET", "/title-rounds", library.ListTitleRounds, "定期命名的称号和下一届", OFFICE),
    Door(
        "PUT", "/title-rounds/{title_kind}", library.SetTitleRound, "填写下一届年份", CLERK,
        library.TitleRound,
    ),
)  # fmt: skip
