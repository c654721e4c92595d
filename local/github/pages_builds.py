"""The commit that Pages serves follows the branch, with a lag when one is set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.github.repositories import PagesBuild

if TYPE_CHECKING:
    from local.github.double import GitHubDouble
    from local.github.repositories import Repository


@dataclass(frozen=True)
class BuildState:
    """A build's progress at the present moment."""

    commit: str
    status: str
    started_at: float
    changed_at: float
    duration_ms: int


def follow_branch(double: GitHubDouble, repository: Repository) -> None:
    """Start a build if the branch that Pages serves has moved; called after every push."""
    with double.repositories.lock:
        site = repository.pages
        if site is None:
            return
        head = double.repositories.head(repository, site.branch)
        if head is not None and (not site.builds or site.builds[-1].commit != head):
            site.builds.append(PagesBuild(head, double.clock.now()))
            double.repositories.save(repository)


def latest_build(double: GitHubDouble, repository: Repository) -> BuildState | None:
    """Return the state of the newest build, finished or not."""
    states = build_states(double, repository)
    return states[-1] if states else None


def build_states(double: GitHubDouble, repository: Repository) -> list[BuildState]:
    """Return the state of every build, oldest first."""
    builds = repository.pages.builds if repository.pages else []
    return [_state(double, build) for build in builds]


def _state(double: GitHubDouble, build: PagesBuild) -> BuildState:
    if _is_done(double, build):
        lag = double.pages_delay
        done_at = build.started_at + lag
        return BuildState(build.commit, "built", build.started_at, done_at, int(lag * 1000))
    return BuildState(build.commit, "building", build.started_at, double.clock.now(), 0)


def served_commit(double: GitHubDouble, repository: Repository) -> str | None:
    """Return the commit that a visitor of the site gets to see now."""
    builds = repository.pages.builds if repository.pages else []
    finished = (build.commit for build in reversed(builds) if _is_done(double, build))
    return next(finished, None)


def _is_done(double: GitHubDouble, build: PagesBuild) -> bool:
    return double.clock.now() >= build.started_at + double.pages_delay
