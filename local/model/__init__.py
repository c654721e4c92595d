"""A stand-in for a language model: an OpenAI-compatible endpoint that knows the sample tasks."""
