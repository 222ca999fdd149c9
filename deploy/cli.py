"""The `hexie` command. Every subcommand takes --json; refusals are one sentence and exit 1."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from pathlib import Path

from deploy.servers.ports import CannotStart
from shared.contracts.refusals import Refused
from shared.runtime.settings import settings

Act = Callable[[argparse.Namespace], object]


def main(argv: list[str] | None = None) -> None:
    """Parse, act, print; exit 0 done, 1 refused or failed, 2 wrong usage."""
    arguments = _parser().parse_args(argv)
    try:
        said = arguments.act(arguments)
    except (CannotStart, Refused) as refused:
        sys.exit(_fail(arguments, refused))
    except KeyboardInterrupt:
        sys.exit(130)
    if isinstance(said, int):
        sys.exit(said)
    with contextlib.suppress(BrokenPipeError):
        _print(said, as_json=arguments.json)


def _fail(arguments: argparse.Namespace, refused: Exception) -> int:
    says = refused.says if isinstance(refused, Refused) else str(refused)
    if arguments.json:
        code = refused.code if isinstance(refused, Refused) else "cannot_start"
        print(json.dumps({"error": code, "says": says}, ensure_ascii=False))
    else:
        print(says, file=sys.stderr)
    return 1


def _print(said: object, *, as_json: bool) -> None:
    if said is None:
        return
    if as_json:
        print(json.dumps(said, ensure_ascii=False, indent=1, default=_plain))
    elif isinstance(said, str):
        print(said)
    elif isinstance(said, list | tuple):
        for row in said or ("没有。",):
            print(row if isinstance(row, str) else _line(row))
    else:
        print(_line(said))


def _line(row: object) -> str:
    shown = row
    if is_dataclass(row) and not isinstance(row, type):
        shown = asdict(row)
    if isinstance(shown, dict):
        return "  ".join(f"{k}={v}" for k, v in shown.items())
    return str(shown)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hexie", description="和谐劳动关系创建：运行与管理")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    whole = argparse.ArgumentParser(add_help=False)
    whole.add_argument("--json", action="store_true", help="machine-readable output")

    def command(name: str, act: Act, what: str, under=commands) -> argparse.ArgumentParser:  # type: ignore[no-untyped-def]
        made: argparse.ArgumentParser = under.add_parser(name, help=what, parents=[whole])
        made.set_defaults(act=act)
        return made

    run = command("run", _run, "启动全部服务（含样例地区）")
    run.add_argument("--no-sample", action="store_true", help="不装载样例地区")
    run.add_argument("--units", type=int, default=2000, help="样例单位数（默认 2000）")
    command("migrate", _migrate, "把各服务的数据库升到最新")
    demo = command("demo", _demo, "在终端讲一家企业、一个工地的故事")
    demo.add_argument("--units", type=int, default=0, help="另外装载的样例单位数")

    _pack_commands(commands, command)
    _agency_commands(commands, command)
    _conformance_command(commands, command)
    _parked_commands(commands, command)

    accounts = commands.add_parser("account", help="登录账号").add_subparsers(required=True)
    account = command("add", _account_add, "开设账号，显示一次性口令", accounts)
    account.add_argument("login", help="登录名")
    account.add_argument("--name", required=True, help="姓名")
    account.add_argument("--roles", required=True, help="角色，逗号分隔，例如 clerk")
    account.add_argument("--node", required=True, help="所在办公室的编码")
    account.add_argument("--body", default="", help="三方席位代表的成员单位")
    account.add_argument("--by", required=True, help="批准开设的人")

    tokens = commands.add_parser("token", help="程序访问凭证").add_subparsers(required=True)
    issue = command("issue", _token_issue, "签发 REST 访问凭证", tokens)
    issue.add_argument("account", help="账号名")
    issue.add_argument("--days", type=int, default=90)
    return parser


def _pack_commands(commands, command) -> None:  # type: ignore[no-untyped-def]
    packs = commands.add_parser("pack", help="政策包").add_subparsers(required=True)
    command("list", _pack_list, "列出政策包", packs)
    for name, act, what in (
        ("lint", _pack_lint, "检查政策包"),
        ("test", _pack_test, "运行政策包自带的正反例"),
    ):
        one = command(name, act, what, packs)
        one.add_argument("pack", nargs="?", default="", help="包名，不写就是全部")
    diff = command("diff", _pack_diff, "两个政策包的差别", packs)
    for name in ("a", "b"):
        diff.add_argument(name, help="包名、包的文件夹，或启用过的版本的指纹")
    activate = command("activate", _pack_activate, "启用政策包（记录何人、何时、为何）", packs)
    activate.add_argument("pack")
    activate.add_argument("--by", required=True, help="批准启用的人")
    activate.add_argument("--reason", required=True, help="启用理由或文号")
    activate.add_argument("--on", default="", help="生效日，默认今天")
    activate.add_argument("--jurisdiction", default="", help="地区代码，默认本系统的地区")


def _agency_commands(commands, command) -> None:  # type: ignore[no-untyped-def]
    agency = commands.add_parser("agency", help="对接机构").add_subparsers(required=True)
    add = command("add", _agency_add, "登记机构：虚拟主机、用户、签名密钥", agency)
    add.add_argument("code", help="机构代码，例如 ldjc-330203")
    add.add_argument("--name", required=True, help="机构全称")
    add.add_argument("--types", default="", help="允许的事件类型，逗号分隔；空为该机构类别的默认")
    add.add_argument(
        "--node", default="", help="辖区代码；空为机构代码末尾的区划代码，否则为本地区"
    )
    add.add_argument("--keys", type=Path, default=None, help="写出样例私钥的文件夹（权限 0600）")
    add.add_argument("--alg", choices=["EdDSA", "ES256"], default="EdDSA")
    rotate = command("rotate-key", _agency_rotate, "换签名密钥，新旧并行一段时间", agency)
    rotate.add_argument("code")
    rotate.add_argument("--keys", type=Path, default=None)
    rotate.add_argument("--overlap-hours", type=int, default=72)
    revoke = command("revoke", _agency_revoke, "停用机构：删除用户、吊销密钥", agency)
    revoke.add_argument("code")
    revoke.add_argument("--reason", required=True)
    publish = command("publish", _agency_publish, "参考客户端：签名、发布、等回执", agency)
    publish.add_argument("file", type=Path, help="CloudEvents JSON 文件（一个或一行一个）")
    publish.add_argument("--config", type=Path, required=True, help="agency add 写出的配置")
    publish.add_argument("--wait", type=float, default=30.0, help="等回执的秒数")


def _conformance_command(commands, command) -> None:  # type: ignore[no-untyped-def]
    check = command("conformance", _conformance, "检查一家机构的数据流是否合乎约定", commands)
    check.add_argument("--config", type=Path, required=True, help="agency add 写出的配置")
    check.add_argument("--wait", type=float, default=15.0, help="每项等回执的秒数")


def _parked_commands(commands, command) -> None:  # type: ignore[no-untyped-def]
    parked = commands.add_parser("parked", help="停放的消息").add_subparsers(required=True)
    listing = command("list", _parked_list, "列出停放的消息", parked)
    listing.add_argument("--service", default="")
    for name, act, what in (
        ("show", _parked_show, "看一条：内容、原因、错误位置"),
        ("replay", _parked_replay, "重放一条（默认只演练）"),
        ("discard", _parked_discard, "作废一条"),
    ):
        one = command(name, act, what, parked)
        one.add_argument("id")
        if name != "show":
            one.add_argument("--by", required=True)
        if name == "replay":
            one.add_argument("--really", action="store_true", help="不只演练")
        if name == "discard":
            one.add_argument("--reason", required=True)


def _run(arguments: argparse.Namespace) -> object:
    from deploy.run import run
    from deploy.sample.load import prepare

    if arguments.no_sample:
        return run(settings())
    return run(settings(), lambda whole: prepare(whole, units=arguments.units))


def _migrate(_arguments: argparse.Namespace) -> object:
    from deploy.run import declare_topology
    from shared.runtime.migrate import migrate_all

    chosen = settings()
    if not chosen.database_url:
        raise CannotStart("没有设置 DATABASE_URL：hexie migrate 只升级已有的数据库。")
    reached = migrate_all(chosen)
    if chosen.amqp_url:
        declare_topology(chosen.amqp_url)
    return reached


def _demo(arguments: argparse.Namespace) -> object:
    from deploy.sample.demo import demo

    return demo(settings(), units=arguments.units)


def _pack_list(_arguments: argparse.Namespace) -> object:
    from deploy import packs

    return packs.listing()


def _pack_lint(arguments: argparse.Namespace) -> object:
    from deploy import packs

    return packs.lint_all(arguments.pack)


def _pack_test(arguments: argparse.Namespace) -> object:
    from deploy import packs

    return packs.try_all(arguments.pack)


def _pack_diff(arguments: argparse.Namespace) -> object:
    from deploy import packs

    return packs.difference(arguments.a, arguments.b, as_json=arguments.json)


def _pack_activate(arguments: argparse.Namespace) -> object:
    from deploy import packs

    return packs.activate(
        arguments.pack, by=arguments.by, reason=arguments.reason, on=arguments.on,
        jurisdiction=arguments.jurisdiction,
    )  # fmt: skip


def _agency_add(arguments: argparse.Namespace) -> object:
    from deploy import agency

    types = tuple(t for t in arguments.types.split(",") if t)
    return agency.add(
        arguments.code, name=arguments.name, types=types, node=arguments.node,
        keys=arguments.keys, alg=arguments.alg,
    )  # fmt: skip


def _agency_rotate(arguments: argparse.Namespace) -> object:
    from deploy import agency

    return agency.rotate_key(
        arguments.code, keys=arguments.keys, overlap_hours=arguments.overlap_hours
    )


def _agency_revoke(arguments: argparse.Namespace) -> object:
    from deploy import agency

    return agency.revoke(arguments.code, reason=arguments.reason)


def _agency_publish(arguments: argparse.Namespace) -> object:
    from deploy import agency

    return agency.publish(arguments.file, config=arguments.config, wait=arguments.wait)


def _conformance(arguments: argparse.Namespace) -> object:
    from deploy.conformance import conformance

    return conformance(arguments.config, wait=arguments.wait)


def _parked_list(arguments: argparse.Namespace) -> object:
    from deploy import parked

    return parked.listing(arguments.service)


def _parked_show(arguments: argparse.Namespace) -> object:
    from deploy import parked

    return parked.show(arguments.id)


def _parked_replay(arguments: argparse.Namespace) -> object:
    from deploy import parked

    return parked.replay(arguments.id, by=arguments.by, really=arguments.really)


def _parked_discard(arguments: argparse.Namespace) -> object:
    from deploy import parked

    return parked.discard(arguments.id, by=arguments.by, reason=arguments.reason)


def _account_add(arguments: argparse.Namespace) -> object:
    from deploy import accounts

    roles = tuple(r for r in arguments.roles.split(",") if r)
    return accounts.add(
        arguments.login, name=arguments.name, roles=roles, node=arguments.node,
        by=arguments.by, body=arguments.body,
    )  # fmt: skip


def _token_issue(arguments: argparse.Namespace) -> object:
    from deploy.addresses import of_running_system
    from services.gateway.auth.tokens import issue

    of_running_system()
    return issue(arguments.account, days=arguments.days)
