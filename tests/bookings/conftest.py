"""A case to book for, and an appointment that stands."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.bookings import Appointment
from models.cases import Case
from tests.bookings.makers import a_caller, a_case, booked
from tests.makers import Agency


@pytest.fixture
def case(app: Flask, agency: Agency) -> Case:
    """An open case of a caller who agreed to text messages."""
    with app.app_context(), unit_of_work() as session:
        return a_case(session, agency, caller=a_caller(session), language="yue")


@pytest.fixture
def standing(app: Flask, agency: Agency, ports: Ports) -> Appointment:
    """An appointment of a case with a caller, tomorrow at eleven."""
    with app.app_context(), unit_of_work() as session:
        return booked(session, agency, ports, a_case(session, agency, caller=a_caller(session)))
