"""The repositories on disk: a bare git repository and a small JSON file for each."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from local.github.git_commands import branch_head, create_bare_repository

if TYPE_CHECKING:
    from pathlib import Path

FIRST_REPOSITORY_ID = 700_000_001


class NameTakenError(Exception):
    """The account already has a repository of that name."""


@dataclass
class PagesBuild:
    """One publication of a branch's head by Pages, or by a workflow of it."""

    commit: str
    started_at: float
    build_type: str = "legacy"


@dataclass
class PagesSite:
    """The branch that Pages was told to serve, and the builds since."""

    branch: str
    path: str
    build_type: str
    builds: list[PagesBuild] = field(default_factory=list)


@dataclass
class Repository:
    """A repository's facts at GitHub, beside its git objects."""

    id: int
    owner: str
    name: str
    created_at: float
    pushed_at: float
    private: bool = False
    description: str | None = None
    homepage: str | None = None
    has_issues: bool = True
    has_projects: bool = True
    has_wiki: bool = True
    has_discussions: bool = False
    default_branch: str = "main"
    pages: PagesSite | None = None
    former_names: list[str] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        """Owner and name, the way GitHub joins them."""
        return f"{self.owner}/{self.name}"


class RepositoryStore:
    """All repositories under one folder; what it holds survives a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.lock = threading.RLock()
        """Held by whoever looks at a repository and then changes it."""
        self._by_id: dict[int, Repository] = {}
        self._ids: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for record in sorted(folder.glob("*/*.json")):
            repository = _from_json(record.read_text(encoding="utf-8"))
            self._index(repository)

    @property
    def folder(self) -> Path:
        """The folder of all ``{owner}/{name}.git``."""
        return self._folder

    def git_directory(self, repository: Repository) -> Path:
        """Return the bare repository of a repository."""
        return self._folder / repository.owner / f"{repository.name}.git"

    def head(self, repository: Repository, branch: str) -> str | None:
        """Return the commit at the head of a branch."""
        return branch_head(self.git_directory(repository), branch)

    def create(self, repository: Repository) -> Repository:
        """Keep a new, empty repository and give it an id of its own.

        Raises:
            NameTakenError: the account has one of that name, in whatever case.
        """
        with self.lock:
            if self.find(repository.owner, repository.name):
                raise NameTakenError(repository.full_name)
            self._forget_former_name(repository)
            repository.id = self._next_id()
            directory = self.git_directory(repository)
            # Left over from a process that was killed between the folder and its record.
            shutil.rmtree(directory, ignore_errors=True)
            create_bare_repository(directory)
            self._index(repository)
            self.save(repository)
            return repository

    def find(self, owner: str, name: str) -> Repository | None:
        """Return the repository of that name; like GitHub, whatever the case."""
        with self.lock:
            repository_id = self._ids.get(f"{owner}/{name}".lower())
            return None if repository_id is None else self._by_id[repository_id]

    def find_moved(self, owner: str, name: str) -> Repository | None:
        """Return the repository that was called so before it was renamed."""
        with self.lock:
            for one in self._by_id.values():
                if one.owner.lower() == owner.lower() and name.lower() in one.former_names:
                    return one
            return None

    def find_by_id(self, repository_id: int) -> Repository | None:
        """Return the repository with that id."""
        with self.lock:
            return self._by_id.get(repository_id)

    def owned_by(self, owner: str) -> list[Repository]:
        """Return an account's repositories, oldest first."""
        with self.lock:
            return [one for one in self._by_id.values() if one.owner.lower() == owner.lower()]

    def rename(self, repository: Repository, name: str) -> None:
        """Give a repository another name; the old one leads to it from now on.

        Raises:
            NameTakenError: the account has another one of that name.
        """
        with self.lock:
            clash = self.find(repository.owner, name)
            if clash is not None and clash is not repository:
                raise NameTakenError(name)
            directory, record = self.git_directory(repository), self._record(repository)
            self._ids.pop(repository.full_name.lower())
            repository.former_names.append(repository.name.lower())
            repository.name = name
            self._forget_former_name(repository)
            self._index(repository)
            directory.rename(self.git_directory(repository))
            record.unlink()
            self.save(repository)

    def delete(self, repository: Repository) -> None:
        """Remove a repository with everything in it."""
        with self.lock:
            self._by_id.pop(repository.id)
            self._ids.pop(repository.full_name.lower())
            self._record(repository).unlink()
            shutil.rmtree(self.git_directory(repository))

    def save(self, repository: Repository) -> None:
        """Write a repository's record, whole or not at all."""
        with self.lock:
            record = self._record(repository)
            draft = record.with_suffix(".tmp")
            draft.write_text(json.dumps(asdict(repository), indent=2) + "\n", encoding="utf-8")
            draft.replace(record)

    def _index(self, repository: Repository) -> None:
        self._by_id[repository.id] = repository
        self._ids[repository.full_name.lower()] = repository.id

    def _record(self, repository: Repository) -> Path:
        return self._folder / repository.owner / f"{repository.name}.json"

    def _forget_former_name(self, newcomer: Repository) -> None:
        # A name that is in use again no longer leads to the repository that had it before.
        previous = self.find_moved(newcomer.owner, newcomer.name)
        if previous is not None:
            previous.former_names.remove(newcomer.name.lower())
            if previous is not newcomer:
                self.save(previous)

    def _next_id(self) -> int:
        # Kept in a file of its own: the id of a deleted repository must never come back.
        counter = self._folder / "next-id"
        following = int(counter.read_text()) if counter.exists() else FIRST_REPOSITORY_ID
        counter.write_text(str(following + 1))
        return following


def _from_json(text: str) -> Repository:
    fields = json.loads(text)
    pages = fields.pop("pages")
    repository = Repository(**fields)
    if pages is not None:
        builds = [PagesBuild(**build) for build in pages.pop("builds")]
        repository.pages = PagesSite(**pages, builds=builds)
    return repository
