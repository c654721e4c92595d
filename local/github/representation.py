"""GitHub's JSON for accounts, repositories and Pages."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from local.github.clock import github_timestamp

if TYPE_CHECKING:
    from local.github.pages_builds import BuildState
    from local.github.repositories import PagesSite, Repository

OWN_PATHS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
USER_PATHS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
NEVER_USED_COUNTS = (
    "forks",
    "forks_count",
    "network_count",
    "open_issues",
    "open_issues_count",
    "stargazers_count",
    "subscribers_count",
    "watchers",
    "watchers_count",
)
ONLY_OF_PEOPLE = {"hireable", "bio", "user_view_type", "site_admin", "gravatar_id"}
ONLY_IN_FULL = {"subscribers_count", "network_count", "organization"}


class Addresses:
    """URLs of GitHub's parts, seen from the client that asks."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")

    def api(self, repository: Repository) -> str:
        """Return the repository's REST address."""
        return f"{self.base}/repos/{repository.full_name}"

    def web(self, repository: Repository) -> str:
        """Return the repository's page for people, which git can clone from, too."""
        return f"{self.base}/git/{repository.full_name}"

    def pages(self, repository: Repository) -> str:
        """Return the address of the repository's site."""
        return f"{self.base}/pages/{repository.full_name}/"


def simple_user(login: str, account_id: int, kind: str, base: str) -> dict[str, Any]:
    """Return the short form of an account, as it appears inside other objects."""
    url = f"{base}/users/{login}"
    return {
        "login": login,
        "id": account_id,
        "node_id": node_id("U", account_id),
        "avatar_url": f"{base}/avatars/{account_id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{base}/git/{login}",
        **{name: url + path for name, path in USER_PATHS.items()},
        "type": kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def full_user(
    login: str, account_id: int, kind: str, base: str, public_repos: int
) -> dict[str, Any]:
    """Return an account the way ``GET /user`` and ``GET /users/{login}`` show it."""
    nothing = ("company", "location", "email", "hireable", "bio", "twitter_username")
    return {
        **simple_user(login, account_id, kind, base),
        "name": login,
        "blog": "",
        **dict.fromkeys(nothing),
        "public_repos": public_repos,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
    }


def full_organization(login: str, account_id: int, base: str, public_repos: int) -> dict[str, Any]:
    """Return an organisation the way ``GET /orgs/{org}`` shows it."""
    own = ("repos", "events", "hooks", "issues", "members", "public_members")
    account = full_user(login, account_id, "Organization", base, public_repos)
    return {
        **{name: account[name] for name in account.keys() - USER_PATHS.keys() - ONLY_OF_PEOPLE},
        **{f"{name}_url": f"{base}/orgs/{login}/{name}" for name in own},
        "url": f"{base}/orgs/{login}",
        "description": None,
        "email": f"{login}@example.com",
        "company": login,
        "location": "",
        "is_verified": False,
        "has_organization_projects": True,
        "has_repository_projects": True,
        "archived_at": None,
    }


def repository(
    one: Repository, owner: dict[str, Any], where: Addresses, *, may_write: bool
) -> dict[str, Any]:
    """Return GitHub's full representation of a repository."""
    api, web = where.api(one), where.web(one)
    body: dict[str, Any] = {
        "id": one.id,
        "node_id": node_id("R", one.id),
        "name": one.name,
        "full_name": one.full_name,
        "private": one.private,
        "visibility": "private" if one.private else "public",
        "owner": owner,
        "html_url": web,
        "description": one.description,
        "fork": False,
        "url": api,
        **{name: api + path for name, path in OWN_PATHS.items()},
        "git_url": f"{web}.git",
        "ssh_url": f"{web}.git",
        "clone_url": f"{web}.git",
        "svn_url": web,
        "homepage": one.homepage,
        "mirror_url": None,
        "created_at": github_timestamp(one.created_at),
        "updated_at": github_timestamp(one.pushed_at),
        "pushed_at": github_timestamp(one.pushed_at),
        "language": None,
        "license": None,
        "size": 0,
        **dict.fromkeys(NEVER_USED_COUNTS, 0),
        **_features(one),
        "default_branch": one.default_branch,
        "topics": [],
    }
    if owner["type"] == "Organization":
        body["organization"] = owner
    if may_write:
        body["permissions"] = dict.fromkeys(("admin", "maintain", "push", "triage", "pull"), True)
    return body


def listed_repository(
    one: Repository, owner: dict[str, Any], where: Addresses, *, may_write: bool
) -> dict[str, Any]:
    """Return a repository the way lists show it."""
    full = repository(one, owner, where, may_write=may_write)
    return {name: value for name, value in full.items() if name not in ONLY_IN_FULL}


def pages_site(
    one: Repository, site: PagesSite, state: BuildState | None, where: Addresses
) -> dict[str, Any]:
    """Return GitHub's representation of a Pages site."""
    status = None if site.build_type == "workflow" or state is None else state.status
    return {
        "url": f"{where.api(one)}/pages",
        "status": status,
        "cname": None,
        "custom_404": False,
        "html_url": where.pages(one),
        "build_type": site.build_type,
        "source": {"branch": site.branch, "path": site.path},
        "public": True,
        "https_enforced": True,
    }


def pages_build(
    one: Repository, number: int, state: BuildState, pusher: dict[str, Any], where: Addresses
) -> dict[str, Any]:
    """Return GitHub's representation of one Pages build."""
    return {
        "url": f"{where.api(one)}/pages/builds/{number}",
        "status": state.status,
        "error": {"message": None},
        "pusher": pusher,
        "commit": state.commit,
        "duration": state.duration_ms,
        "created_at": github_timestamp(state.started_at),
        "updated_at": github_timestamp(state.changed_at),
    }


def _features(one: Repository) -> dict[str, Any]:
    return {
        "has_issues": one.has_issues,
        "has_projects": one.has_projects,
        "has_wiki": one.has_wiki,
        "has_discussions": one.has_discussions,
        "has_downloads": True,
        "has_pages": one.pages is not None,
        "archived": False,
        "disabled": False,
        "is_template": False,
        "allow_forking": True,
        "web_commit_signoff_required": False,
    }


def node_id(kind: str, number: int) -> str:
    """Make the id that an object has in GitHub's GraphQL API."""
    return f"{kind}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"
