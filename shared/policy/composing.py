"""Entries whose fields only make sense together: rules, dates, figures, gaps, relations."""

from __future__ import annotations

from collections.abc import Iterator

from shared.policy.fielding import items_of, label_of, text_of
from shared.policy.naming import Names
from shared.policy.pack import Indicator, Rule, Step
from shared.policy.phrases import condition_lines, number_words
from shared.policy.programme import Duty, Gap, Measure, RecordKind, Relation

Lines = Iterator[tuple[str, tuple[str, ...]]]


def rule_lines(names: Names, rule: Rule) -> Lines:
    """What is asked, of whom, and what comes of it when it is not so."""
    if rule.kinds:
        yield "适用单位", items_of(names, rule, "kinds")
    yield "要求", condition_lines(rule.when, names)
    if rule.mark:
        then = f"照常办理，只标记「{names.word('rule_mark', rule.mark)}」"
    else:
        then = "不予办理" if rule.hard else "写明理由后可以办理，理由随决定留存"
    yield "不满足时", (then,)


def step_lines(names: Names, step: Step) -> Lines:
    """Who takes the step."""
    role = names.word("role", step.role)
    level = "" if step.level == step.role else names.word("level", step.level)
    yield "由谁办理", (f"{level}{role}",)


def indicator_lines(names: Names, item: Indicator) -> Lines:
    """What is looked at, how, and what it weighs."""
    yield "方面", (item.heading,)
    if item.elements and item.elements != (item.says,):
        yield "要素", item.elements
    how = [text_of(names, item, "method")]
    how += ["须有佐证"] if item.evidence else []
    how += ["可以不适用"] if item.na_allowed else []
    yield "评定", tuple(how)
    for name in ("weight", "threshold", "note"):
        found = items_of(names, item, name)
        if found:
            yield label_of(item, name), found
    if item.when is not None:
        yield "自动核对", condition_lines(item.when, names)


def record_lines(names: Names, kind: RecordKind) -> Lines:
    """What is written down, about whom, by whom, and how it is counted."""
    if kind.says:
        yield "说明", (kind.says,)
    of = f"「{names.word('record', kind.of)}」名下" if kind.of else text_of(names, kind, "about")
    about = f"（{text_of(names, kind, 'kinds')}）" if kind.kinds else ""
    yield "记在", (f"{of}{about}",)
    yield "日期", ("有起止日期" if kind.lasts else "记发生的那一天",)
    yield "谁可以记", items_of(names, kind, "writers")
    for name in _RECORD:
        found = items_of(names, kind, name)
        if found:
            yield label_of(kind, name), found


_RECORD = (
    "states", "ended", "fields", "counts", "sums", "distinct", "ratios", "public", "public_in",
    "shared", "printed",
)  # fmt: skip


def duty_lines(names: Names, duty: Duty) -> Lines:
    """When, by whom, what ends it."""
    yield "期限", (" ".join(_when(duty)),)
    yield "层级", items_of(names, duty, "levels")
    if duty.owners:
        yield "责任单位", duty.owners
    if duty.lead:
        yield "牵头处（科）室", duty.lead
    if duty.period:
        yield "文件印的时限", (duty.period,)
    if duty.per:
        yield "逐个设任务", (f"每个在办的{text_of(names, duty, 'per')}一项",)
    yield "怎样算办结", (_done(names, duty),)
    if duty.recurs in ("yearly", "once"):
        late = "逾期（逾期仍收件）" if duty.hard else "提醒，并说明理由"
        yield "过期", (late,)
    if duty.measure:
        yield "对应指标", items_of(names, duty, "measure")
    if duty.number:
        yield "任务表序号", (str(duty.number),)
    if duty.note:
        yield "说明", (duty.note,)


def _when(duty: Duty) -> Iterator[str]:
    if duty.recurs == "yearly":
        day = f"{duty.month}月" if duty.bare_month else f"{duty.month}月{duty.day}日前"
        yield f"每年{day}"
    elif duty.due_on:
        yield f"{duty.due_on.year}年{duty.due_on.month}月{duty.due_on.day}日前（一次）"
    else:
        yield "持续开展" if duty.recurs == "continuous" else "日期由承办的机构安排"
    if duty.bare_month:
        yield "（文件只印到月：上月底前办结最稳妥，当月内提醒，过了当月记逾期）"
    if duty.to_year:
        yield f"（{duty.from_year or ''}—{duty.to_year}年）"
    elif duty.from_year:
        yield f"（{duty.from_year}年起）"
    if duty.opens:
        opens_month, _, opens_day = duty.opens.partition("-")
        yield f"{int(opens_month)}月{int(opens_day)}日起可以开始"
    if duty.ahead_months is not None:
        yield f"（提前{duty.ahead_months}个月列入待办）"
    if duty.optional:
        yield "（可以开展：本级写明今年开展的才有这项任务）"


def _done(names: Names, duty: Duty) -> str:
    word = duty.done_by.partition(":")[0]
    if not word:
        return "由承办人办结"
    said = text_of(names, duty, "done_by")
    return {"report": f"报送{said}", "record": f"登记{said}"}.get(word, said)


def gap_lines(names: Names, gap: Gap) -> Lines:
    """Whom the list goes through, and what is missing of those on it."""
    record = names.word("record", gap.record)
    missing = names.word("record", gap.follow) if gap.follow else record
    if gap.over == "records":
        yield "逐条核对", (f"{_state(names, gap)}「{record}」记录",)
        missing = names.word("record", gap.follow) if gap.follow else ""
    else:
        yield "逐个核对", (_over(names, gap),)
    since = f"超过设置「{names.word('setting', gap.within)}」所定的时间，" if gap.within else ""
    if missing:
        yield "列出", (f"{since}没有{'新的' if since else '在办的'}「{missing}」的",)
    else:
        yield "列出", (f"{since}还在这个状态的",)


def _state(names: Names, gap: Gap) -> str:
    kind = names.pack.records[gap.record]
    said = next((s.says for s in kind.states if s.id == gap.state), "")
    return f"处于「{said}」的" if said else ""


def _over(names: Names, gap: Gap) -> str:
    parts = []
    if gap.standing:
        parts.append(f"{text_of(names, gap, 'standing')}的")
    if gap.titled:
        parts.append("有称号的")
    if gap.having:
        parts.append(f"有在办「{names.word('record', gap.having)}」的")
    if gap.kinds:
        parts.append(text_of(names, gap, "kinds"))
    elif gap.levels:
        parts.append(f"{text_of(names, gap, 'levels')}{names.word('over', gap.over)}")
    else:
        parts.append(names.word("over", gap.over))
    return "".join(parts)


def relation_lines(names: Names, relation: Relation) -> Lines:
    """Who belongs to whom, and how many times."""
    theirs = text_of(names, relation, "to_kinds")
    ours = text_of(names, relation, "from_kinds")
    yield "归属", (f"{ours}归属于{theirs}",)
    if relation.single:
        yield "限制", (f"每个{ours}至多归属一个",)
    if relation.one_per_other:
        yield "限制", (f"每个{theirs}至多有一个",)


def measure_lines(names: Names, measure: Measure) -> Lines:
    """What is counted, which of it counts as the part, and the goal."""
    yield "统计范围", (_counted(names, measure),)
    part = list(_part(names, measure))
    if part:
        yield "其中计入", tuple(part)
    if measure.target is not None:
        number = number_words(measure.target)
        unit = "%" if part else ""
        about = "约" if measure.approx else ""
        yield "目标", (f"{about}{number}{unit}" + _by(measure),)
    elif measure.target_on:
        yield "目标", (f"文件没有印数{_by(measure)}",)
    if measure.alert:
        yield "低于目标", ("告警",)


def _by(measure: Measure) -> str:
    day = measure.target_on
    return f"，{day.year}年{day.month}月{day.day}日前" if day else ""


def _counted(names: Names, measure: Measure) -> str:
    year = "当年的" if measure.yearly else ""
    if measure.of in ("records", "people"):
        record = names.word("record", measure.record)
        who = "所记的不同的人" if measure.of == "people" else "记录"
        return f"{year}「{record}」{who}"
    limits = []
    if measure.standing:
        limits.append(f"{text_of(names, measure, 'standing')}的")
    if measure.titled:
        levels = text_of(names, measure, "levels_titled") if measure.levels_titled else ""
        limits.append(f"有{levels}称号的")
    if measure.where:
        limits.append(f"{text_of(names, measure, 'where')}的")
    if measure.mark:
        limits.append(f"有「{names.word('mark', measure.mark)}」标记的")
    who = {
        "nodes": f"{text_of(names, measure, 'levels')}办公室" if measure.levels else "办公室",
        "members": f"按「{names.word('relation', measure.relation)}」归属的单位",
    }.get(measure.of, text_of(names, measure, "kinds") if measure.kinds else "单位")
    return "".join((*limits, who))


def _part(names: Names, measure: Measure) -> Iterator[str]:
    if measure.has_standing:
        yield f"{text_of(names, measure, 'has_standing')}的"
    if measure.has_title:
        levels = text_of(names, measure, "levels_titled") if measure.levels_titled else ""
        yield f"有{levels}称号的"
    if measure.has_mark:
        yield f"有「{names.word('mark', measure.has_mark)}」标记的"
    if measure.has_record:
        when = "当年" if measure.yearly else ""
        what = f"（{text_of(names, measure, 'has_value')}）" if measure.has_value else ""
        yield f"{when}有「{names.word('record', measure.has_record)}」记录{what}的"
    elif measure.has_value:
        yield f"{text_of(names, measure, 'has_value')}的"
