"""Which tests run one after another on one worker, those that share a system; and which first."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

_APART = "tests/e2e/apart/"  # each module brings a system of its own
_TOGETHER = ("tests/e2e/", "tests/browser/")  # the stories of a folder go on in one system
_THEN = (_APART, "tests/integration/")


def lane_of(nodeid: str) -> str:
    """The folder of stories that go on in one system, the first that fits; elsewhere the module."""
    module = nodeid.split("::", 1)[0]
    if module.startswith(_APART):
        return module
    return next((folder for folder in _TOGETHER if module.startswith(folder)), module)


def turn_of(nodeid: str) -> int:
    """Long lanes begin first, so that short ones fill the end of a run."""
    if nodeid.startswith(_TOGETHER) and not nodeid.startswith(_APART):
        return 0
    return next((n for n, folder in enumerate(_THEN, 1) if nodeid.startswith(folder)), 9)


class Lanes(LoadScopeScheduling):  # type: ignore[misc]  # untyped there
    """Hands whole lanes to the workers, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return lane_of(nodeid)
