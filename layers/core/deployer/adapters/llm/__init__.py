"""The language models: one adapter for each provider, loaded only if it is the configured one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deployer.domain.language_model import LanguageModel

DEFAULT_MODELS = {
    "anthropic": "claude-sonnet-5-5",
    "gemini": "gemini-3.8-flash",
    "openai": "gpt-6.1-terra",
}
"""What is asked for if LLM_MODEL is empty. Every model is retired one day; LLM_MODEL stays."""


def language_model(
    provider: str, *, model: str = "", api_key: str = "", base_url: str = ""
) -> LanguageModel:
    """The configured model. Its SDK is imported here, from the layer of that provider.

    Raises:
        ValueError: the provider is unknown, its key is missing, or its layer is.
    """
    if provider not in DEFAULT_MODELS:
        raise ValueError(f"LLM_PROVIDER is {provider!r}; known are {', '.join(DEFAULT_MODELS)}")
    # A service of one's own, such as Ollama, asks for no key.
    if not api_key and not (provider == "openai" and base_url):
        raise ValueError(f"{provider.upper()}_API_KEY is missing")
    try:
        return _connect(provider, model or DEFAULT_MODELS[provider], api_key, base_url)
    except ModuleNotFoundError as exc:
        raise ValueError(
            f"LLM_PROVIDER is {provider!r}, but its layer (or extra) {provider!r} is not installed"
        ) from exc


def _connect(provider: str, model: str, api_key: str, base_url: str) -> LanguageModel:
    if provider == "openai":
        from deployer.adapters.llm.openai import OpenAIModel

        return OpenAIModel.connect(model, api_key, base_url)
    if provider == "gemini":
        from deployer.adapters.llm.gemini import GeminiModel

        return GeminiModel.connect(model, api_key, base_url)
    from deployer.adapters.llm.anthropic import AnthropicModel

    return AnthropicModel.connect(model, api_key, base_url)
