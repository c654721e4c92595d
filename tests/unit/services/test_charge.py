from __future__ import annotations

from datetime import timedelta

import pytest

from deployer.domain.errors import QuotaExceededError
from deployer.domain.quota import quotas
from deployer.services.accept import charge
from tests.support.builders import START
from tests.support.fakes import InMemoryUsageCounter


def test_a_full_minute_is_refused_until_it_ends() -> None:
    usage, now = InMemoryUsageCounter(), START + timedelta(seconds=18.5)

    def charge_at(seconds: float) -> None:
        at = now + timedelta(seconds=seconds)
        charge("ada@example.com", at, quotas=quotas(2, 0), usage=usage)

    charge_at(0)
    charge_at(1)
    with pytest.raises(QuotaExceededError, match="2 requests a minute") as caught:
        charge_at(1.5)
    assert caught.value.retry_after == 40
    charge_at(1.5 + caught.value.retry_after)


def test_a_full_day_is_refused_until_midnight() -> None:
    usage = InMemoryUsageCounter()
    charge("ada@example.com", START, quotas=quotas(0, 1), usage=usage)
    with pytest.raises(QuotaExceededError, match="1 requests a day") as caught:
        charge("ada@example.com", START, quotas=quotas(0, 1), usage=usage)
    assert caught.value.retry_after == 12 * 3600


def test_without_quotas_nothing_is_counted() -> None:
    usage = InMemoryUsageCounter()
    charge("ada@example.com", START, quotas=quotas(0, 0), usage=usage)
    assert not usage.used
