"""Imports every room's jobs, so that the registry is whole."""

from __future__ import annotations

import hotline.bookings.jobs  # noqa: F401
import hotline.cases.jobs  # noqa: F401 - registers its work
import hotline.followups.jobs  # noqa: F401 - registers its work
import hotline.governance.jobs  # noqa: F401
import hotline.voice.jobs  # noqa: F401
import hotline.wall.jobs  # noqa: F401 - registers its work
