"""The language models: one adapter for each provider, loaded only if it is the configured one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from deployer.domain.providers import named

if TYPE_CHECKING:
    from deployer.domain.language_model import LanguageModel


class _Adapter(Protocol):
    """A module of this folder that is named like its provider."""

    def connect(self, model: str, api_key: str, base_url: str) -> LanguageModel: ...


def language_model(
    provider: str, *, model: str = "", api_key: str = "", base_url: str = ""
) -> LanguageModel:
    """The configured model. Its SDK is imported here, from the layer of that provider.

    Raises:
        ValueError: the provider is unknown, its key is missing, or its layer is.
    """
    row = named(provider)
    if not api_key and row.needs_key(base_url):
        raise ValueError(f"{row.key_name} is missing")
    try:
        adapter = cast("_Adapter", import_module(f"{__name__}.{row.name}"))
    except ModuleNotFoundError as exc:
        raise ValueError(
            f"LLM_PROVIDER is {provider!r}, but its layer (or extra) {provider!r} is not installed"
        ) from exc
    return adapter.connect(model or row.default_model, api_key, base_url)
