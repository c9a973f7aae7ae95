"""Renders the pages; what learners wrote is escaped."""

from typing import Any

import jinja2


def render(name: str, **data: Any) -> str:
    """Return a page as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("course", "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(**data)
