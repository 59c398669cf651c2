"""Where the pages of the rules are, for whoever reads a report: at the commit that was judged, if a CI tells where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.pack.messages import page

#: Says where the repository's files are shown, such as https://git.example.com/ops/migration/blob/main.
DOCS_VARIABLE: Final = "PREFLIGHT_DOCS_URL"
_URL: Final = re.compile(r"https?://[\w.~:@%/+-]+")


@dataclass(frozen=True)
class Pages:
    """The pages of the rules; `base` is the URL of the repository's root, empty where nobody knows it."""

    base: str = ""

    def of(self, rule_id: str) -> str:
        """Return the URL of a rule's page; without a base its path as seen from the root of the repository."""
        path = page(rule_id)
        return f"{self.base}/{path}" if self.base else path

    @property
    def are_linked(self) -> bool:
        """Whether there is a URL that leads there from anywhere."""
        return bool(self.base)


def read_pages(environ: Mapping[str, str]) -> Pages:
    """Return where the pages are by the variables of this CI, or by PREFLIGHT_DOCS_URL, which goes before them.

    GitHub and GitLab name server, repository and commit (their references of default and predefined variables).
    """
    url = environ.get(DOCS_VARIABLE, "")
    if not url and (repository := environ.get("GITHUB_REPOSITORY")) and (commit := environ.get("GITHUB_SHA")):
        url = f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{repository}/blob/{commit}"
    if not url and (project := environ.get("CI_PROJECT_URL")) and (commit := environ.get("CI_COMMIT_SHA")):
        url = f"{project}/-/blob/{commit}"
    return Pages(url.rstrip("/")) if _URL.fullmatch(url) else Pages()
