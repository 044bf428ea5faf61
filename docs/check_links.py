"""Follow every link inside a built site: python docs/check_links.py FOLDER. Status 1 if one leads nowhere."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of a page and the places in it that can be linked to."""

    def __init__(self, path: Path) -> None:
        """Read ``path``."""
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what a tag links to or names."""
        for name, value in attrs:
            if name == "id" and value:
                self.places.add(value)
            elif name in ("href", "src") and value:
                self.links.add(value)


def broken(root: Path) -> list[str]:
    """Every link inside the site that has no target, with the page on which it stands."""
    pages = {path.resolve(): Page(path) for path in root.rglob("*.html")}
    found = []
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = pages.get(target)
            if not target.exists() or (known is not None and unquote(parts.fragment) not in known.places):
                found.append(f"{path.relative_to(root.resolve())}: {link}")
    return found


def main() -> int:
    """Check the folder that the command line names."""
    (folder,) = sys.argv[1:]
    complaints = broken(Path(folder))
    print(*complaints or ["all links inside the site lead somewhere"], sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
