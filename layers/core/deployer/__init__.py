"""LLM Code Deployer: from a brief to a published web app.

`domain` holds the rules, `generation` turns a brief into a site, `services` holds the use cases,
`adapters` talks to AWS, GitHub and the model providers, and `bootstrap` joins them.
"""

__version__ = "0.1.0"
