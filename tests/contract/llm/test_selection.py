"""Settings select the model."""

from __future__ import annotations

import subprocess
import sys

import pytest

from deployer.adapters.llm import language_model
from deployer.domain.providers import PROVIDERS


def test_an_unknown_provider_is_named_with_those_that_are_known() -> None:
    known = ", ".join(PROVIDERS)
    with pytest.raises(ValueError, match=f"'openia' is no provider; known are {known}"):
        language_model("openia", api_key="k")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_key_is_named(provider: str) -> None:
    with pytest.raises(ValueError, match=f"{provider.upper()}_API_KEY is missing"):
        language_model(provider)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_has_a_model_unless_one_is_set(provider: str) -> None:
    default = PROVIDERS[provider].default_model
    assert language_model(provider, api_key="k").name == f"{provider}/{default}"
    assert language_model(provider, model="mine", api_key="k").name == f"{provider}/mine"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_layer_is_named(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, f"deployer.adapters.llm.{provider}", None)

    with pytest.raises(ValueError, match=f"layer .* '{provider}' is not installed"):
        language_model(provider, api_key="k")


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_an_address_in_the_sdks_own_variable_is_not_listened_to(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{provider.upper()}_BASE_URL", "")
    model = language_model(provider, api_key="k")

    assert model._client.base_url.host == f"api.{provider}.com"  # type: ignore[attr-defined]


def test_no_sdk_is_loaded_before_it_is_wanted() -> None:
    code = """
import sys
import deployer.adapters.llm, deployer.adapters.llm.fallback
print([name for name in ("openai", "anthropic", "google.generativeai") if name in sys.modules])
"""
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert loaded.stdout.strip() == "[]"
