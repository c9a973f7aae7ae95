"""Renders the pages; what learners wrote is escaped."""

import re
from typing import Any

import jinja2
from markupsafe import Markup, escape


def render(name: str, **data: Any) -> str:
    """Return a page as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("course", "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = lambda text: Markup(  # what stands between backticks
        re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text)))
    )
    return environment.get_template(name).render(**data)
