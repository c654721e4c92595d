"""The language model providers that have an adapter of their own: a row each.

Settings, connections, `.env`, the build and the locks follow this table, and tests hold the
template, the layers and the contract tests to it. A name leads to the rest by rule: `openai` is the
adapter `adapters/llm/openai.py`, the extra and the layer `openai`, the resource `OpenaiLayer`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    """A service that runs language models, with an API and an SDK of its own."""

    name: str
    """As LLM_PROVIDER has it."""
    default_model: str
    """The model that is asked if LLM_MODEL is empty. Every model is retired one day."""
    own_service_needs_key: bool = True
    """A service of one's own, at another base URL, asks for a key too; Ollama does not."""

    @property
    def key_name(self) -> str:
        """The name of its key in the secret and in `.env`."""
        return f"{self.name.upper()}_API_KEY"

    @property
    def base_url_name(self) -> str:
        """The setting that leads to another endpoint with the same API."""
        return f"{self.name.upper()}_BASE_URL"

    def needs_key(self, base_url: str) -> bool:
        return self.own_service_needs_key or not base_url


PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider("openai", "gpt-6.1-terra", own_service_needs_key=False),
        Provider("gemini", "gemini-3.8-flash"),
        Provider("anthropic", "claude-sonnet-5-5"),
    )
}


def named(name: str) -> Provider:
    """
    Raises:
        ValueError: no provider has this name; the message says which there are.
    """
    try:
        return PROVIDERS[name]
    except KeyError:
        raise ValueError(f"{name!r} is no provider; known are {', '.join(PROVIDERS)}") from None
