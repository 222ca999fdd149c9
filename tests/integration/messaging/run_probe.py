"""`python -m tests.integration.messaging.run_probe`: patch first, then run the probe."""

from __future__ import annotations

from deploy.process import _patch

_patch()

from shared.runtime.logs import configure  # noqa: E402
from tests.integration.messaging.probe import main  # noqa: E402

configure("incentives", "INFO")
main()
