"""Imports every room's jobs, so that the registry is whole."""

from __future__ import annotations

import hotline.bookings.jobs
import hotline.cases.jobs
import hotline.followups.jobs
import hotline.governance.jobs
import hotline.voice.jobs
import hotline.voice.text_jobs
import hotline.voice.transcript_jobs
import hotline.voice.transfer_jobs
import hotline.wall.jobs  # noqa: F401 - registers its work
