"""A browser for the folder, people signed in once, and units brought to where stories begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from deploy.forks import Warm
from deploy.sample import people
from deploy.sample.load import make_accounts
from tests.browser.portal import Portal
from tests.browser.year import Year, make_year
from tests.run import chromium
from tests.support.agencies import Agencies
from tests.support.servers import private_servers
from tests.support.system import System, a_system

_ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
_PICTURES = Path("build") / "browser"
_LOGINS = re.compile(r"^(nb|hs)-|^(aud|sys)$")
_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def system(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system and servers of the folder's own.

    What other tests left on the desk would bury the stories, and an agency's virtual host has
    one name on a broker: two systems on one broker would take each other's events.
    """
    folder = tmp_path_factory.mktemp("browser")
    with (
        private_servers(folder / "servers") as own,
        a_system(own, folder / "home", warm=warm) as found,
    ):
        yield found


@pytest.fixture(scope="package")
def year(system: System) -> Year:
    """Units of 2026 in every standing, and accounts for the people of the stories."""
    made = make_year(system)
    accounts = [p for p in people.accounts() if _LOGINS.match(p.login)]
    accounts += [
        people.Person(login, people.unit_user(u["unit_id"], u["name_text"], u["division"]))
        for login, u in made.unit_logins.items()
    ]
    make_accounts(system.run.database_url, accounts)
    return made


@pytest.fixture(scope="package")
def portal(system: System, year: Year) -> Iterator[Portal]:
    """One Chromium for the folder; gone before other tests, whose loop it would hold."""
    assert year.titled
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=_ARGUMENTS)
        found = Portal(system, browser)
        yield found
        found.close()
        browser.close()


@pytest.fixture(scope="package")
def agencies(system: System, year: Year) -> Iterator[Agencies]:
    """Agencies that speak over AMQP."""
    assert year.titled
    found = Agencies(system)
    yield found
    found.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember that a test failed, for the picture."""
    result = yield
    report = result.get_result()  # type: ignore[attr-defined]
    if report.when == "call":
        item.stash[_FAILED] = report.failed


@pytest.fixture(autouse=True)
def watched(request: pytest.FixtureRequest, portal: Portal) -> Iterator[None]:
    """A picture of every open window when a test fails; no window may have complained."""
    yield
    windows = [page for context in portal.browser.contexts for page in context.pages]
    if request.node.stash.get(_FAILED, False):
        _PICTURES.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(windows):
            name = re.sub(r"[^\w-]+", "_", request.node.name)
            page.screenshot(path=_PICTURES / f"{name}-{number}.png", full_page=True)
    complaints = [line for person in portal.people.values() for line in person.complaints]
    for person in portal.people.values():
        person.complaints.clear()
    assert not complaints
