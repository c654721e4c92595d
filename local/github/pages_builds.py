"""The commit that Pages serves follows the branch, with a lag when one is set.

Where Pages is left to workflows, a workflow with actions/deploy-pages is taken to publish the
commit as it is: nothing is run here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.github.git_commands import read_object, run_git
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
    build_type: str


def follow_branch(double: GitHubDouble, repository: Repository) -> None:
    """Start a build if the branch that Pages serves has moved; called after every push."""
    with double.repositories.lock:
        site = repository.pages
        if site is None:
            return
        head = double.repositories.head(repository, site.branch)
        if head is None or (site.builds and site.builds[-1].commit == head):
            return
        if site.build_type == "legacy" or _has_publishing_workflow(double, repository, head):
            site.builds.append(PagesBuild(head, double.clock.now(), site.build_type))
            double.repositories.save(repository)


def latest_build(double: GitHubDouble, repository: Repository) -> BuildState | None:
    """Return the state of the newest build of the branch; a workflow's run is none."""
    states = [one for one in build_states(double, repository) if one.build_type == "legacy"]
    return states[-1] if states else None


def build_states(double: GitHubDouble, repository: Repository) -> list[BuildState]:
    """Return the state of every build, oldest first."""
    builds = repository.pages.builds if repository.pages else []
    return [_state(double, build) for build in builds]


def _state(double: GitHubDouble, build: PagesBuild) -> BuildState:
    if _is_done(double, build):
        lag = double.pages_delay
        done_at = build.started_at + lag
        times = (build.started_at, done_at, int(lag * 1000))
        return BuildState(build.commit, "built", *times, build.build_type)
    times = (build.started_at, double.clock.now(), 0)
    return BuildState(build.commit, "building", *times, build.build_type)


def served_commit(double: GitHubDouble, repository: Repository) -> str | None:
    """Return the commit that a visitor of the site gets to see now."""
    builds = repository.pages.builds if repository.pages else []
    finished = (build.commit for build in reversed(builds) if _is_done(double, build))
    return next(finished, None)


def _has_publishing_workflow(double: GitHubDouble, repository: Repository, commit: str) -> bool:
    directory = double.repositories.git_directory(repository)
    listed = run_git(directory, "ls-tree", "-r", "--name-only", commit, ".github/workflows/")
    found = (read_object(directory, commit, path) for path in listed.decode().splitlines())
    return any(one is not None and b"actions/deploy-pages@" in one[1] for one in found)


def _is_done(double: GitHubDouble, build: PagesBuild) -> bool:
    return double.clock.now() >= build.started_at + double.pages_delay
